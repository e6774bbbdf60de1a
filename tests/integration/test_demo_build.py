"""The demo company through the whole pipeline: the models' unit tests, and what must always hold of its marts."""

from __future__ import annotations

import os
from pathlib import Path

import duckdb
from pipeline import build

from orchestration.workspace import PROJECT_ROOT, Workspace

MARTS = (
    "credit.fct_credits",
    "quota.fct_attainment",
    "payout.fct_earnings",
    "payout.fct_payouts",
    "reporting.rpt_exceptions",
)


def _one(warehouse: Path, query: str) -> object:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        row = connection.execute(query).fetchone()
    return row[0] if row else None


def test_every_unit_test_of_the_models_passes(demo: Workspace) -> None:
    """They need their models' parents in a warehouse; production leaves them out, since they prove the code."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner

    os.environ.update(demo.environment())
    arguments = ["test", "--select", "test_type:unit", "--quiet", "--project-dir", str(PROJECT_ROOT)]
    arguments += ["--profiles-dir", str(PROJECT_ROOT), "--target-path", str(demo.dbt_target / "unit")]
    result = dbtRunner().invoke([*arguments, "--log-path", str(demo.dbt_target)])
    DuckDBConnectionManager.close_all_connections()  # type: ignore[no-untyped-call]
    results = getattr(result.result, "results", [])
    failed = [f"{found.node.name}: {found.message}" for found in results if found.status != "pass"]
    assert not failed, "\n".join(failed)
    assert len(results) >= 40


def test_statements_add_up_to_the_payouts(demo: Workspace) -> None:
    statements = _one(demo.warehouse, "select sum(amount) from reporting.rpt_payout_statement")
    assert statements is not None
    assert statements == _one(demo.warehouse, "select sum(amount) from payout.fct_payouts")


def test_every_line_leads_to_a_delivered_row(demo: Workspace) -> None:
    """What must always hold, 6: file, row number and the content's SHA-256, for each payout line."""
    without = """select count(*) from reporting.rpt_payout_lineage
        where raw_file_sha256 is null or raw_row_number is null"""
    lines = "select count(*) from payout.fct_payouts"
    assert _one(demo.warehouse, lines) == _one(
        demo.warehouse, "select count(distinct payout_line_id) from reporting.rpt_payout_lineage"
    )
    assert _one(demo.warehouse, without) == 0


def test_a_second_build_changes_nothing(demo: Workspace) -> None:
    def digests() -> dict[str, object]:
        query = "select md5(string_agg(md5(cast(t as text)), '' order by md5(cast(t as text)))) from {} as t"
        return {mart: _one(demo.warehouse, query.format(mart)) for mart in MARTS}

    before = digests()
    build(demo, "second-build")
    assert digests() == before
