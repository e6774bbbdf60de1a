"""The production pipeline in this process: rules, ingestion, dbt, gates; `quotaline run` without Dagster's records."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb

from orchestration import builds
from orchestration.builds import LayerRecord
from orchestration.ingest.load import ingest
from orchestration.ingest.rules import read_rules
from orchestration.quality import gate
from orchestration.transform import dbt_build_arguments
from orchestration.workspace import PROJECT_ROOT, Workspace


def land(workspace: Workspace) -> None:
    """Reads the rules and loads every source into the workspace's warehouse."""
    os.environ.update(workspace.environment())
    read_rules(workspace)
    for source in workspace.sources:
        ingest(workspace, source)


def transform(workspace: Workspace, extra: Sequence[str] = (), profiles: Path = PROJECT_ROOT) -> None:
    """Builds all models and runs their data tests, in process; raises AssertionError with what failed."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner

    os.environ.update(workspace.environment())
    arguments = [*dbt_build_arguments(), *extra, "--quiet", "--project-dir", str(PROJECT_ROOT)]
    arguments += ["--profiles-dir", str(profiles), "--target-path", str(workspace.dbt_target)]
    arguments += ["--log-path", str(workspace.dbt_target)]
    result = dbtRunner().invoke(arguments)
    # Else nothing in this process can open the warehouse read-only.
    DuckDBConnectionManager.close_all_connections()  # type: ignore[no-untyped-call]
    results = getattr(result.result, "results", [])
    failed = [f"{r.node.name}: {r.message}" for r in results if r.status in ("error", "fail")]
    assert result.success, "\n".join([str(result.exception or "dbt failed"), *failed])


def build(workspace: Workspace, build_id: str = "test-build") -> Path:
    """One whole build without publication: rules, ingestion, raw gate, dbt, marts gate. Gives the warehouse."""
    land(workspace)
    must_pass(gate.run_raw_gate(workspace, build_id))
    builds.start(workspace, build_id)
    transform(workspace)
    must_pass(gate.record_dbt_results(workspace, build_id, workspace.dbt_target / "run_results.json"))
    must_pass(gate.run_marts_gate(workspace, build_id))
    return workspace.warehouse


def must_pass(layer: LayerRecord) -> None:
    """Raises AssertionError with the checks of a layer that failed, and the rows that broke them."""
    assert not layer.failed, "\n".join(f"{check.table}: {check.name} {check.failing_rows}" for check in layer.failed)


def rows_of(warehouse: Path, table: str) -> list[dict[str, Any]]:
    """All rows of a table, money as Decimal."""
    with duckdb.connect(str(warehouse)) as connection:
        cursor = connection.execute(f"select * from {table}")
        names = [column[0] for column in cursor.description or []]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
