"""The gate: runs the suites inside the warehouse, keeps the verdict with the build, and is asked before publication."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb

from orchestration import builds
from orchestration.builds import Build, CheckResult, GateRecord, Layer, LayerRecord, Waiver
from orchestration.ingest.contract import read_source_contract
from orchestration.problems import GateError, Problem
from orchestration.published_tables import read_manifest
from orchestration.quality import data_docs
from orchestration.quality.engine import Rows, failing_rows, run_checks
from orchestration.quality.marts import marts_checks
from orchestration.quality.raw import raw_checks
from orchestration.quality.severity import expired, require_sound, with_severities
from orchestration.quality.suite import Check
from orchestration.workspace import Workspace

DBT_PASSED = {"success", "pass"}
DBT_NOT_RUN = {"skipped", "no-op"}  # an exposure is listed among the results, and nothing is done for it
DBT_RUN_BY_A_BUILD = {"model", "seed", "snapshot", "test"}
IMPLIED_KEY = "implied_key"
"""Tag of dbt's key tests that no build runs, only the project's own tests do (docs/decisions/0011)."""


def checks(workspace: Workspace) -> list[Check]:
    """Every check that the suites declare for this workspace, with severities and waivers; nothing is run. Raises
    UserError if the workspace's severities or waivers can't be."""
    declared = [*raw_suite(workspace), *marts_suites(workspace)]
    require_sound(declared, workspace.settings.quality)
    return declared


def raw_suite(workspace: Workspace) -> list[Check]:
    """What is checked of each source's tables."""
    quality = workspace.settings.quality
    contracts = map(read_source_contract, workspace.sources)
    declared = [check for contract in contracts for check in raw_checks(contract, quality, workspace.as_of)]
    return with_severities(declared, quality, date.today())


def marts_suites(workspace: Workspace) -> list[Check]:
    """What is checked of the public tables, room by room."""
    quality = workspace.settings.quality
    return with_severities(marts_checks(read_manifest(workspace), quality.bounds), quality, date.today())


def run_raw_gate(workspace: Workspace, build_id: str) -> LayerRecord:
    """Checks what was loaded, before dbt builds on it."""
    with builds.connect(workspace, read_only=True) as warehouse:
        loads = builds.current_loads(warehouse)
    results = _run(workspace, build_id, "raw", raw_suite(workspace))
    record = LayerRecord(finished_at=datetime.now(UTC), checks=results, load_ids=loads)
    builds.write_layer(workspace, build_id, "raw", record)
    return record


def run_marts_gate(workspace: Workspace, build_id: str) -> LayerRecord:
    """Checks what dbt built, before it is published."""
    results = _run(workspace, build_id, "marts", marts_suites(workspace))
    stamp = builds.warehouse_stamp(workspace)
    record = LayerRecord(finished_at=datetime.now(UTC), checks=results, warehouse=stamp)
    builds.write_layer(workspace, build_id, "marts", record)
    return record


def _run(workspace: Workspace, build_id: str, layer: Layer, declared: list[Check]) -> tuple[CheckResult, ...]:
    results = run_checks(workspace, declared, docs=data_docs.index_of(workspace, build_id, layer).parent)
    data_docs.remove_old(workspace)
    return tuple(results)


def record_dbt_results(workspace: Workspace, build_id: str, run_results: Path) -> LayerRecord:
    """Keeps what became of dbt's models and data tests; what was skipped has no result, it was not run."""
    results: list[CheckResult] = []
    if run_results.is_file():
        nodes = read_manifest(workspace)["nodes"]
        ran = [
            result for result in json.loads(run_results.read_bytes())["results"] if result["status"] not in DBT_NOT_RUN
        ]
        with builds.connect(workspace, read_only=True) as warehouse:
            results = [_dbt_result(warehouse, nodes, result) for result in ran]
    record = LayerRecord(finished_at=datetime.now(UTC), checks=tuple(results))
    builds.write_layer(workspace, build_id, "dbt", record)
    return record


def require_green(workspace: Workspace, build: Build) -> GateRecord:
    """What the gate said of this very build. Raises GateError unless every layer is there, complete, and holds, or is
    let through by the severities and waivers that the workspace has now."""
    record = builds.read_record(workspace, build.build_id)
    problems: list[Problem] = []
    declared = _declared(workspace)
    ended = expired(workspace.settings.quality, date.today())
    remedy = "run the whole build again: quotaline run"
    if record is None:
        problems.append(Problem("gate", f"has not seen build {build.build_id}", remedy))
    elif record.build_id != build.build_id:
        problems.append(Problem("gate", f"its record is of build {record.build_id}, not {build.build_id}", remedy))
    else:
        for layer, names in declared.items():
            problems += _layer_problems(layer, record.layers.get(layer), names, ended, remedy)
        raw, marts = record.layers.get("raw"), record.layers.get("marts")
        if raw and raw.load_ids != build.load_ids:
            problems.append(Problem("gate, raw", "saw other loads than dbt built on", remedy))
        if marts and marts.warehouse != builds.warehouse_stamp(workspace):
            problems.append(Problem("gate, marts", "something has written to the warehouse since", remedy))
    if problems or record is None:
        raise GateError("The gate is not green for the build in the warehouse; nothing was published:", problems)
    return record


def _declared(workspace: Workspace) -> dict[Layer, dict[tuple[str, str], Check | None]]:
    """By layer, table and name; of dbt's checks no more is known here."""
    suites = checks(workspace)
    nodes = read_manifest(workspace)["nodes"]
    of_dbt: dict[tuple[str, str], Check | None] = {
        (_dbt_table(nodes, name), name): None
        for name, node in nodes.items()
        if node["resource_type"] in DBT_RUN_BY_A_BUILD and node["config"]["enabled"]
        if IMPLIED_KEY not in node["tags"]
    }
    declared: dict[Layer, dict[tuple[str, str], Check | None]] = {layer: {} for layer in builds.LAYERS}
    declared["dbt"] = of_dbt
    for check in suites:
        declared[check.layer][check.table, check.name] = check
    return declared


def _layer_problems(
    layer: Layer,
    record: LayerRecord | None,
    declared: dict[tuple[str, str], Check | None],
    ended: dict[str, Waiver],
    remedy: str,
) -> Iterator[Problem]:
    where = f"gate, {layer}"
    if record is None:
        yield Problem(where, "was not run for this build", remedy)
        return
    missing = declared.keys() - {(check.table, check.name) for check in record.checks}
    if missing or not declared:
        example = f", as {'.'.join(min(missing))}" if missing else ""
        yield Problem(where, f"{len(missing) or 'all'} of its checks were not run{example}", remedy)
    for result in record.checks:
        check = declared.get((result.table, result.name))
        said = f"{result.table}: {result.name}"
        # A record that says passed, and counts rows that did not, is no proof.
        if result.verdict == "failed" or (result.passed and result.unexpected_count):
            over = ended.get(f"{result.table}.{result.name}")
            since = f"; its waiver by {over.by} ended on {over.until}" if over else ""
            yield Problem(where, f"{said} failed on {result.unexpected_count:,} rows{since}", "mend them")
        elif check and (result.severity, result.waiver) != (check.severity, check.waiver):
            yield Problem(where, f"{said}: its severity or waiver has changed since the gate", remedy)


# dbt's results


def _dbt_result(warehouse: duckdb.DuckDBPyConnection, nodes: dict[str, Any], result: dict[str, Any]) -> CheckResult:
    name, status = result["unique_id"], result["status"]
    passed = status in DBT_PASSED
    is_test = nodes.get(name, {}).get("resource_type") == "test"
    nothing: tuple[Rows, Rows] = ((), ())
    keys, values = nothing
    if is_test and not passed and result.get("compiled_code"):
        keys, values = _rows_of_test(warehouse, nodes, name, result["compiled_code"])
    count = (result.get("failures") or 0) if is_test else 0
    return CheckResult(
        name=name,
        table=_dbt_table(nodes, name),
        passed=passed,
        unexpected_count=count if passed else max(count, 1),
        failing_rows=keys,
        failing_values=values,
        severity="warn" if status == "warn" else "block",
    )


def _dbt_table(nodes: dict[str, Any], name: str) -> str:
    """The table that a model, seed or test is about; of a test on several, the last it names."""
    node = nodes.get(name, {})
    if node.get("resource_type") == "test":
        about = node.get("attached_node") or next(iter(reversed(node["depends_on"]["nodes"])), "")
        node = nodes.get(about, {})
    return f"{node['schema']}.{node['name']}" if node else "sources"


def _rows_of_test(
    warehouse: duckdb.DuckDBPyConnection, nodes: dict[str, Any], name: str, query: str
) -> tuple[Rows, Rows]:
    """Of the rows that a data test found, what names them (ids, dates, the raw file and row), and all else in them."""
    try:
        columns = [row[0] for row in warehouse.execute(f"describe {query}").fetchall()]
    except duckdb.Error:
        return (), ()
    about = nodes.get(nodes[name].get("attached_node") or "", {})
    grain = set(about.get("config", {}).get("meta", {}).get("grain", ()))
    values = [
        column
        for column in columns
        if column not in grain and not column.endswith(("_id", "raw_file", "raw_row_number"))
    ]
    if len(values) == len(columns):
        return (), ()
    return failing_rows(warehouse, query, values)[1:]
