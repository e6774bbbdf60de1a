"""The oracle gives what the cases expect: published figures and constructed ones alike."""

from __future__ import annotations

from pathlib import Path

import pytest
from case_files import Case, check, read_cases
from oracle import Company, compute

CASES = list(read_cases(Path(__file__).parents[1] / "cases"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_the_oracle_gives_every_expected_row(case: Case) -> None:
    marts = compute(Company(case.given, case.fiscal_year_start_month, case.as_of))
    # Reports (rpt_) are views of the marts; the oracle stops at section 7.
    expectations = [item for item in case.expect if not item.mart.startswith("rpt_")]
    problems = [check(item, marts[item.mart]) for item in expectations]
    found = [problem for problem in problems if problem]
    assert not found, "\n".join([f"{case.id}: {case.title}", *found])


def test_there_are_cases() -> None:
    assert len(CASES) >= 40
