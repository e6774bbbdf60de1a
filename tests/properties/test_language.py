"""The whole pay language: companies drawn at random, built side by side by the real pipeline, against the oracle.

What differs is written as a case, to tests/properties/counterexamples or QUOTALINE_COUNTEREXAMPLES.
"""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

from built_companies import Built
from side_by_side import differences, row_count
from write_case import write_case

COUNTEREXAMPLES = Path(os.environ.get("QUOTALINE_COUNTEREXAMPLES", Path(__file__).parent / "counterexamples"))


def test_the_models_pay_what_the_oracle_pays(built: Built) -> None:
    """Every row of every mart: keys, texts, and numbers to the last place."""
    found = [wrong for case in built.cases if (wrong := differences(case, built.marts))]
    told = [f"{wrong[0]}\n  kept as {write_case(wrong, COUNTEREXAMPLES)}" for wrong in found[:10]]
    rows = row_count(built.marts, built.cases)
    told.append(f"{len(found)} of {len(built.cases)} companies differ ({rows:,} rows compared)")
    assert not found, "\n".join(told)


def test_there_is_much_to_compare(built: Built) -> None:
    """Companies in which nothing happens would prove nothing."""
    per_company = {name: sum(map(len, mart.rows.values())) / len(mart.rows) for name, mart in built.marts.items()}
    assert per_company["fct_credits"] > 5, per_company
    assert per_company["fct_deal_earnings"] > 3, per_company
    kinds = Counter(row["line_type"] for rows in built.marts["fct_payouts"].rows.values() for row in rows)
    expected = {"earning", "hold", "release", "draw", "draw_recovery", "guarantee", "manual"}
    assert expected | ({"adjustment"} if built.frame.is_closed else set()) <= kinds.keys(), kinds
