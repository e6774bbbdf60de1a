"""What the gate said of a build, published with it: every check and its verdict, and who answers for a waived one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import duckdb
import pyarrow as pa

from orchestration.builds import GateRecord, Waiver, quoted

TABLE = "publication_checks"
_COLUMNS = pa.schema(
    {
        "layer": pa.string(),
        "table_name": pa.string(),
        "check_name": pa.string(),
        "verdict": pa.string(),
        "failing_row_count": pa.int64(),
        "waived_by": pa.string(),
        "waiver_reason": pa.string(),
        "waived_until": pa.date32(),
    }
)
_COMMENT = "What the gate said of this build; one row per check."
_COLUMN_COMMENTS = {
    "layer": "When it was checked: raw (what was loaded), dbt (while building), marts (before publication).",
    "table_name": "The table it is about, as in the warehouse: stage and name.",
    "check_name": "What must hold.",
    "verdict": "passed, warned or waived.",
    "failing_row_count": "How many rows do not hold; 0 where it passed.",
    "waived_by": "Who answers for letting it through; empty unless waived.",
    "waiver_reason": "Why it was let through; empty unless waived.",
    "waived_until": "The last day on which the waiver holds; empty unless waived.",
}


def facts(record: GateRecord) -> list[dict[str, Any]]:
    """A row a check: verdict and number of failing rows, never what stands in them."""
    return [
        {
            "layer": layer,
            "table_name": check.table,
            "check_name": check.name,
            "verdict": check.verdict,
            "failing_row_count": check.unexpected_count,
            **(_waived(check.waiver) if check.waiver and check.verdict == "waived" else {}),
        }
        for layer, results in record.layers.items()
        for check in results.checks
    ]


def _waived(waiver: Waiver) -> dict[str, Any]:
    return {"waived_by": waiver.by, "waiver_reason": waiver.reason, "waived_until": waiver.until}


def without_names(connection: duckdb.DuckDBPyConnection, database: str) -> list[dict[str, Any]]:
    """Those of a publication, without who answers for a waiver and why: names, and what somebody wrote."""
    cursor = connection.execute(f"select * exclude (waived_by, waiver_reason) from {database}.{TABLE}")
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def write(connection: duckdb.DuckDBPyConnection, verdicts: Sequence[Mapping[str, Any]]) -> None:
    """The table `publication_checks`, beside `publication`."""
    connection.register("checks", pa.Table.from_pylist([dict(one) for one in verdicts], schema=_COLUMNS))
    connection.execute(f"create table {TABLE} as from checks")
    connection.unregister("checks")
    connection.execute(f"comment on table {TABLE} is '{quoted(_COMMENT)}'")
    for column, comment in _COLUMN_COMMENTS.items():
        connection.execute(f"comment on column {TABLE}.{column} is '{quoted(comment)}'")
