"""What analysts read of a column, in every published store."""

from __future__ import annotations

from typing import Any

import pytest

from orchestration.published_tables import described


@pytest.mark.parametrize(
    ("meta", "text"),
    [
        ({}, "Paid."),
        ({"additive": True}, "Paid. Adds up."),
        ({"additive": False}, "Paid. Does not add up."),
        ({"additive": "within one currency"}, "Paid. Adds up within one currency."),
        ({"additive": False, "formula": "a ÷ b"}, "Paid. Formula: a ÷ b. Does not add up."),
        ({"same_as": "fct_pay.amount", "personal": "none"}, "Paid. The same as fct_pay.amount."),
    ],
)
def test_a_columns_text_says_its_formula_and_whether_it_adds_up(meta: dict[str, Any], text: str) -> None:
    assert described({"name": "amount", "description": "Paid.\n", "config": {"meta": meta}}) == text
