"""A build small enough to make by hand: really ingested and gated, its two marts and dbt's own files written here."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb

from orchestration import builds
from orchestration.ingest.load import ingest
from orchestration.ingest.rules import ensure_rules_copy
from orchestration.quality import gate
from orchestration.workspace import Workspace, WorkspaceSettings

BUILD = "20261125T051530Z-1a2b3c4d"
NEXT_BUILD = "20261126T051530Z-5e6f7a8b"

WORKERS = "worker_id,worker_name,hire_date\nann,Ann O'Neill,2026-01-01\nbob,Bob,2026-01-01\n"
MARTS = """
    create schema if not exists core; create schema if not exists reporting;
    create or replace table core.dim_periods as
        select 'FY2026-M01' as period_id, date '2026-01-01' as starts_on, date '2026-02-01' as ends_on,
            'open' as status;
    create or replace table reporting.rpt_pay as
        select * from (values
            ('ann', 'FY2026-M01', 100.05::decimal(18,2)), ('bob', 'FY2026-M01', 12.34), ('ann', 'FY2026-M02', null)
        ) as pay (worker_id, period_id, amount);
    """
TEST = "test.quotaline.not_null_rpt_pay_worker_id"


def small_workspace(root: Path) -> Workspace:
    return Workspace(root, WorkspaceSettings(version=1, name="Small"))


def workspace_in(root: Path) -> Workspace:
    """A workspace with two workers delivered."""
    workspace = small_workspace(root)
    landing = workspace.sources["canonical"]
    landing.mkdir(parents=True)
    (landing / "workers.csv").write_text(WORKERS, encoding="utf-8")
    ensure_rules_copy(workspace)
    _write_dbts_files(workspace)
    return workspace


def make_build(workspace: Workspace, build_id: str = BUILD, marts: str = MARTS) -> None:
    """Everything up to publication: ingestion, raw gate, marts, dbt's results, marts gate."""
    for source in workspace.sources:
        ingest(workspace, source)
    gate.run_raw_gate(workspace, build_id)
    builds.start(workspace, build_id)
    write(workspace, marts)
    gate.record_dbt_results(workspace, build_id, workspace.dbt_target / "run_results.json")
    gate.run_marts_gate(workspace, build_id)


def write(workspace: Workspace, sql: str) -> None:
    """Changes the warehouse by hand."""
    with duckdb.connect(str(workspace.warehouse)) as warehouse:
        warehouse.execute(sql)


def _write_dbts_files(workspace: Workspace) -> None:
    nodes = {
        "model.quotaline.dim_periods": _model(
            "core", "dim_periods", ["period_id"], ["period_id", "starts_on", "ends_on", "status"]
        ),
        "model.quotaline.rpt_pay": _model(
            "reporting", "rpt_pay", ["worker_id", "period_id"], ["worker_id", "period_id", "amount"]
        ),
        TEST: {
            "resource_type": "test",
            "name": "not_null_rpt_pay_worker_id",
            "attached_node": "model.quotaline.rpt_pay",
            "column_name": "worker_id",
            "test_metadata": {"name": "not_null"},
            "depends_on": {"nodes": ["model.quotaline.rpt_pay"]},
            "config": {"enabled": True},
            "tags": [],
        },
    }
    status = {name: "pass" if name == TEST else "success" for name in nodes}
    write_results(workspace, [{"unique_id": name, "status": status[name], "failures": 0} for name in nodes])
    (workspace.dbt_target / "manifest.json").write_text(json.dumps({"nodes": nodes}), encoding="utf-8")


def write_results(workspace: Workspace, results: list[dict[str, Any]]) -> None:
    """dbt's run_results.json."""
    workspace.dbt_target.mkdir(parents=True, exist_ok=True)
    (workspace.dbt_target / "run_results.json").write_text(json.dumps({"results": results}), encoding="utf-8")


def _model(schema: str, name: str, grain: list[str], columns: list[str]) -> dict[str, Any]:
    return {
        "resource_type": "model",
        "schema": schema,
        "name": name,
        "description": f"Made by hand: {name}'s rows; one row per {grain}.",
        "config": {"enabled": True, "meta": {"grain": grain}},
        "tags": [],
        "columns": {
            column: {
                "name": column,
                "description": f"The {column}.",
                "constraints": [{"type": "not_null"}] if column == "period_id" else [],
            }
            for column in columns
        },
    }
