"""The gate: runs the suites inside the warehouse, keeps the verdict with the build, and is asked before publication."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Any

import duckdb

from orchestration import builds
from orchestration.builds import Build, CheckResult, Layer, LayerRecord
from orchestration.ingest.contract import read_source_contract
from orchestration.problems import GateError, Problem
from orchestration.published_tables import read_manifest
from orchestration.quality.marts import marts_checks
from orchestration.quality.raw import raw_checks
from orchestration.quality.suite import Check
from orchestration.workspace import Workspace

SHOWN_ROWS = 20
DBT_PASSED = {"success", "pass", "warn"}
DBT_NOT_RUN = {"skipped", "no-op"}  # an exposure is listed among the results, and nothing is done for it
DBT_RUN_BY_A_BUILD = {"model", "seed", "snapshot", "test"}
IMPLIED_KEY = "implied_key"
"""Tag of dbt's key tests that no build runs, only the project's own tests do (docs/decisions/0011)."""


def checks(workspace: Workspace) -> list[Check]:
    """Every check that the gate declares for this workspace; nothing is run, the warehouse isn't opened."""
    return [*declared_raw(workspace), *marts_checks(read_manifest(workspace))]


def declared_raw(workspace: Workspace) -> list[Check]:
    return [check for source in workspace.sources for check in raw_checks(read_source_contract(source))]


def run_raw_gate(workspace: Workspace, build_id: str) -> LayerRecord:
    """Checks what was loaded, before dbt builds on it."""
    with builds.connect(workspace, read_only=True) as warehouse:
        loads = builds.current_loads(warehouse)
    results = run_checks(workspace, declared_raw(workspace))
    record = LayerRecord(finished_at=datetime.now(UTC), checks=tuple(results), load_ids=loads)
    builds.write_layer(workspace, build_id, "raw", record)
    return record


def run_marts_gate(workspace: Workspace, build_id: str) -> LayerRecord:
    """Checks what dbt built, before it is published."""
    results = run_checks(workspace, marts_checks(read_manifest(workspace)))
    stamp = builds.warehouse_stamp(workspace)
    record = LayerRecord(finished_at=datetime.now(UTC), checks=tuple(results), warehouse=stamp)
    builds.write_layer(workspace, build_id, "marts", record)
    return record


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


def require_green(workspace: Workspace, build: Build) -> int:
    """How many checks passed for this very build. Raises GateError unless every layer is there, complete and green."""
    record = builds.read_record(workspace, build.build_id)
    problems: list[Problem] = []
    declared = {layer: _declared(workspace, layer) for layer in builds.LAYERS}
    remedy = "run the whole build again: quotaline run"
    if record is None:
        problems.append(Problem("gate", f"has not seen build {build.build_id}", remedy))
    elif record.build_id != build.build_id:
        problems.append(Problem("gate", f"its record is of build {record.build_id}, not {build.build_id}", remedy))
    else:
        for layer, names in declared.items():
            problems += _layer_problems(layer, record.layers.get(layer), names, remedy)
        raw, marts = record.layers.get("raw"), record.layers.get("marts")
        if raw and raw.load_ids != build.load_ids:
            problems.append(Problem("gate, raw", "saw other loads than dbt built on", remedy))
        if marts and marts.warehouse != builds.warehouse_stamp(workspace):
            problems.append(Problem("gate, marts", "something has written to the warehouse since", remedy))
    if problems or record is None:
        raise GateError("The gate is not green for the build in the warehouse; nothing was published:", problems)
    return sum(len(layer.checks) for layer in record.layers.values())


def _declared(workspace: Workspace, layer: Layer) -> set[tuple[str, str]]:
    if layer == "dbt":
        nodes = read_manifest(workspace)["nodes"]
        return {
            (_dbt_table(nodes, name), name)
            for name, node in nodes.items()
            if node["resource_type"] in DBT_RUN_BY_A_BUILD and node["config"]["enabled"]
            if IMPLIED_KEY not in node["tags"]
        }
    found = declared_raw(workspace) if layer == "raw" else marts_checks(read_manifest(workspace))
    return {(check.table, check.name) for check in found}


def _layer_problems(
    layer: Layer, record: LayerRecord | None, declared: set[tuple[str, str]], remedy: str
) -> Iterator[Problem]:
    where = f"gate, {layer}"
    if record is None:
        yield Problem(where, "was not run for this build", remedy)
        return
    missing = declared - {(check.table, check.name) for check in record.checks}
    if missing or not declared:
        example = f", as {'.'.join(min(missing))}" if missing else ""
        yield Problem(where, f"{len(missing) or 'all'} of its checks were not run{example}", remedy)
    for check in record.checks:
        # A warning of dbt passes with rows; in the suites a check with failing rows has failed, whatever it says.
        if not check.passed or (check.unexpected_count and layer != "dbt"):
            yield Problem(where, f"{check.table}: {check.name} failed on {check.unexpected_count:,} rows", "mend them")


# Running the suites


def run_checks(workspace: Workspace, declared: Sequence[Check]) -> list[CheckResult]:
    """Lets Great Expectations decide each check inside DuckDB, then reads the keys of the rows that broke one."""
    passed = list(_decide(workspace, declared))
    with builds.connect(workspace, read_only=True) as warehouse:
        return [_result(warehouse, check, good) for check, good in zip(declared, passed, strict=True)]


def _decide(workspace: Workspace, declared: Sequence[Check]) -> Iterator[bool]:
    """Whether each check holds, in order. A check that can't be run has failed."""
    import great_expectations as gx  # late: takes seconds
    from great_expectations import expectations

    with _warehouse_of(gx, workspace) as (context, source):
        for place, (rows, group) in enumerate(groupby(declared, key=lambda check: check.rows)):
            suite = [
                getattr(expectations, check.expectation)(**check.arguments, meta={"place": place_in_suite})
                for place_in_suite, check in enumerate(group)
            ]
            batch = source.add_query_asset(f"rows_{place}", query=f"select * from {rows} as checked")
            validation = gx.ValidationDefinition(
                name=f"suite_{place}",
                data=batch.add_batch_definition("all"),
                suite=context.suites.add(gx.ExpectationSuite(f"suite_{place}", expectations=suite)),
            )
            yield from _verdicts(context.validation_definitions.add(validation), len(suite))


def _verdicts(validation: Any, count: int) -> Iterable[bool]:
    # Without SUMMARY and a count of 0, results quote the failing values: people's pay.
    result = validation.run(result_format={"result_format": "SUMMARY", "partial_unexpected_count": 0})
    by_place = {one.expectation_config.meta["place"]: bool(one.success) for one in result.results}
    return [by_place.get(place, False) for place in range(count)]


@contextmanager
def _warehouse_of(gx: Any, workspace: Workspace) -> Iterator[Any]:
    """The warehouse as a data source of Great Expectations, read-only, closed afterwards."""
    from orchestration.quality import duckdb_engine

    duckdb_engine.register()
    logging.getLogger("great_expectations").setLevel(logging.ERROR)
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    source = context.data_sources.add_sql(
        "warehouse",
        connection_string=f"duckdb:///{workspace.warehouse}",
        kwargs={"connect_args": {"read_only": True}},
        create_temp_table=False,
    )
    try:
        yield context, source
    finally:
        source.get_execution_engine().close()
        source.get_engine().dispose()


def _result(warehouse: duckdb.DuckDBPyConnection, check: Check, passed: bool) -> CheckResult:
    if passed:
        return CheckResult(name=check.name, table=check.table, passed=True)
    count, rows = _keys(warehouse, check.failing) if check.failing else (0, ())
    return CheckResult(
        name=check.name, table=check.table, passed=False, unexpected_count=max(count, 1), failing_rows=rows
    )


def _keys(warehouse: duckdb.DuckDBPyConnection, query: str) -> tuple[int, tuple[dict[str, Any], ...]]:
    """How many rows a query gives, and the first of them; none where it can't be run (a table or column is missing)."""
    try:
        cursor = warehouse.execute(f"select *, count(*) over () from ({query}) as failing limit {SHOWN_ROWS}")
    except duckdb.Error:
        return 0, ()
    names = [column[0] for column in cursor.description or []][:-1]
    found = cursor.fetchall()
    keys = tuple(dict(zip(names, map(_plain, row[:-1]), strict=True)) for row in found)
    return (int(found[0][-1]) if found else 0), keys


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, int) else str(value)


# dbt's results


def _dbt_result(warehouse: duckdb.DuckDBPyConnection, nodes: dict[str, Any], result: dict[str, Any]) -> CheckResult:
    name, status = result["unique_id"], result["status"]
    passed = status in DBT_PASSED
    is_test = nodes.get(name, {}).get("resource_type") == "test"
    rows: tuple[dict[str, Any], ...] = ()
    if is_test and not passed and result.get("compiled_code"):
        rows = _keys_of_test(warehouse, nodes, name, result["compiled_code"])
    count = (result.get("failures") or 0) if is_test else 0
    return CheckResult(
        name=name,
        table=_dbt_table(nodes, name),
        passed=passed,
        unexpected_count=count if passed else max(count, 1),
        failing_rows=rows,
    )


def _dbt_table(nodes: dict[str, Any], name: str) -> str:
    """The table that a model, seed or test is about; of a test on several, the last it names."""
    node = nodes.get(name, {})
    if node.get("resource_type") == "test":
        about = node.get("attached_node") or next(iter(reversed(node["depends_on"]["nodes"])), "")
        node = nodes.get(about, {})
    return f"{node['schema']}.{node['name']}" if node else "sources"


def _keys_of_test(
    warehouse: duckdb.DuckDBPyConnection, nodes: dict[str, Any], name: str, query: str
) -> tuple[dict[str, Any], ...]:
    """Of the rows that a data test found, what names them: ids, dates, the raw file and row; never amounts."""
    try:
        columns = [row[0] for row in warehouse.execute(f"describe {query}").fetchall()]
    except duckdb.Error:
        return ()
    about = nodes.get(nodes[name].get("attached_node") or "", {})
    grain = set(about.get("config", {}).get("meta", {}).get("grain", ()))
    keys = [column for column in columns if column in grain or column.endswith(("_id", "raw_file", "raw_row_number"))]
    if not keys:
        return ()
    listed = ", ".join(f'"{key}"' for key in keys)
    return _keys(warehouse, f"select {listed} from ({query}) as found")[1]
