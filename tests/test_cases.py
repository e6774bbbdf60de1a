"""Every case of a folder through the real pipeline: pytest tests/test_cases.py --cases DIR (cases.md)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from case_builds import CompanyOfCases, companies, rows_by_case, write_company
from case_files import Case, Row, check, read_cases
from pipeline import build, rows_of

from orchestration.workspace import SourceSettings, Workspace, WorkspaceSettings

STAGES = {
    "dim_periods": "core", "fct_transactions": "core", "fct_territory_alignments": "credit", "fct_credits": "credit",
    "fct_quotas": "quota", "fct_attainment": "quota", "fct_earnings": "payout", "fct_deal_earnings": "payout",
    "fct_payouts": "payout",
}  # fmt: skip
BEHIND = {
    "fct_earnings": ("fct_attainment", "fct_deal_earnings"),
    "fct_payouts": ("fct_earnings",),
    "fct_deal_earnings": ("fct_earnings",),
}

Marts = dict[str, list[Row]]


@pytest.fixture(scope="session")
def marts_by_case(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Marts]:
    """The marts of every case that was asked for, each company built once, one after another in one workspace."""
    parameters: list[dict[str, Any]] = [
        item.callspec.params
        for item in request.session.items
        if isinstance(item, pytest.Function) and hasattr(item, "callspec")
    ]
    wanted = {given["case"].id for given in parameters if "case" in given}
    cases = [case for case in read_cases(request.config.getoption("--cases")) if case.id in wanted]
    root = tmp_path_factory.mktemp("cases")
    marts: dict[str, Marts] = {}
    for company in companies(cases):
        marts |= _marts_of(company, root)
    return marts


def _marts_of(company: CompanyOfCases, root: Path) -> dict[str, Marts]:
    settings = WorkspaceSettings(
        version=1,
        name="cases",
        as_of=company.as_of,
        fiscal_year_start_month=company.fiscal_year_start_month,
        sources={"canonical": SourceSettings(path="landing")},
    )
    workspace = Workspace(root, settings)
    workspace.warehouse.unlink(missing_ok=True)
    write_company(company, root / "landing", workspace.rules, workspace.ledger)
    warehouse = build(workspace)
    marts: dict[str, Marts] = {case.id: {} for case in company.cases}
    for mart, schema in STAGES.items():
        for case_id, rows in rows_by_case(company, rows_of(warehouse, f"{schema}.{mart}")).items():
            marts[case_id][mart] = rows
    return marts


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "case" in metafunc.fixturenames:
        cases = list(read_cases(metafunc.config.getoption("--cases")))
        metafunc.parametrize("case", cases, ids=[case.id for case in cases])


def test_the_pipeline_pays_what_the_case_says(case: Case, marts_by_case: dict[str, Marts]) -> None:
    """A failure names the expected row, the nearest actual ones, and what stands behind them."""
    marts = marts_by_case[case.id]
    failures = []
    for expectation in case.expect:
        problem = check(expectation, marts[expectation.mart])
        if problem:
            failures.append("\n".join([problem, *_behind(expectation.mart, marts)]))
    assert not failures, "\n\n".join([f"{case.title} ({case.source})", *failures])


def _behind(mart: str, marts: Marts) -> list[str]:
    lines = []
    for name in BEHIND.get(mart, ()):
        lines += [f"  behind it, {name}: {row}" for row in marts[name][:12]]
    return lines
