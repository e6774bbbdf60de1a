"""Lets Great Expectations decide the checks inside the warehouse, and reads the rows that broke one."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import Any

import duckdb

from orchestration import builds
from orchestration.builds import CheckResult
from orchestration.quality import data_docs
from orchestration.quality.suite import Check
from orchestration.workspace import Workspace

SHOWN_ROWS = 20

Rows = tuple[dict[str, Any], ...]


def run_checks(workspace: Workspace, declared: Sequence[Check], docs: Path | None = None) -> list[CheckResult]:
    """What became of each check, in order. docs: where Great Expectations' pages on them go, if anywhere."""
    decided = _decide(workspace, declared, docs)
    with builds.connect(workspace, read_only=True) as warehouse:
        return [_result(warehouse, check, good) for check, good in zip(declared, decided, strict=True)]


def failing_rows(
    warehouse: duckdb.DuckDBPyConnection, query: str, values: Sequence[str] = ()
) -> tuple[int, Rows, Rows]:
    """How many rows a query gives, and of the first of them the keys, and the values found. Where it can't be run (a
    table or column is missing), that is what it found."""
    try:
        cursor = warehouse.execute(f"select *, count(*) over () from ({query}) as failing limit {SHOWN_ROWS}")
    except duckdb.Error as error:
        return 0, ({"problem": "could not be run"},), ({"error": str(error).splitlines()[0]},)
    names = [column[0] for column in cursor.description or []][:-1]
    found = cursor.fetchall()
    rows = [dict(zip(names, map(_plain, row[:-1]), strict=True)) for row in found]
    keys = tuple({name: value for name, value in row.items() if name not in values} for row in rows)
    found_values = tuple({name: row[name] for name in values if name in row} for row in rows)
    return (int(found[0][-1]) if found else 0), keys, found_values if values else ()


def _decide(workspace: Workspace, declared: Sequence[Check], docs: Path | None) -> list[bool]:
    """Whether each check holds, in order. A check that can't be run has failed."""
    import great_expectations as gx  # late: takes seconds
    from great_expectations import expectations

    verdicts: list[bool] = []
    results: dict[str, list[Any]] = {}
    with _warehouse_of(gx, workspace) as source:
        # One asset whose query changes: Great Expectations writes its whole configuration anew for each asset added.
        asset = source.add_query_asset("rows", query="select 1")
        whole = asset.add_batch_definition("all")
        for rows, group in groupby(declared, key=lambda check: check.rows):
            checks = list(group)
            suite = [
                getattr(expectations, check.expectation)(
                    **check.arguments, description=f"{check.table}: {check.name}", meta={"place": place}
                )
                for place, check in enumerate(checks)
            ]
            asset.query = f"select * from {rows} as checked"
            # Without SUMMARY and a count of 0, results quote the failing values: people's pay.
            found = (
                whole.get_batch()
                .validate(
                    gx.ExpectationSuite(checks[0].suite, expectations=suite),
                    result_format={"result_format": "SUMMARY", "partial_unexpected_count": 0},
                )
                .results
            )
            by_place = {one.expectation_config.meta["place"]: bool(one.success) for one in found}
            verdicts += [by_place.get(place, False) for place in range(len(checks))]
            results.setdefault(checks[0].suite, []).extend(found)
    if docs:
        data_docs.build(docs, results)
    return verdicts


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
        yield source
    finally:
        source.get_execution_engine().close()
        source.get_engine().dispose()


def _result(warehouse: duckdb.DuckDBPyConnection, check: Check, passed: bool) -> CheckResult:
    nothing: tuple[int, Rows, Rows] = (0, (), ())
    asked = check.failing if not passed else None
    count, keys, values = failing_rows(warehouse, asked, check.values) if asked else nothing
    return CheckResult(
        name=check.name,
        table=check.table,
        passed=passed,
        unexpected_count=0 if passed else max(count, 1),
        failing_rows=keys,
        failing_values=values,
        severity=check.severity,
        waiver=check.waiver,
    )


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, int) else str(value)
