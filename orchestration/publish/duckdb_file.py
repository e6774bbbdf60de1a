"""The publication as one DuckDB file: typed, commented tables; what it is; what the gate said of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb

from orchestration import builds
from orchestration.publish import gate_results
from orchestration.published_tables import PublishedTable

DATABASE = "quotaline.duckdb"
# The columns of the table `publication`.
WHAT_IT_IS = {
    "build_id": "The build: when its run was made, and the start of the run's id.",
    "code_revision": "Commit of Quotaline that made it; -dirty if files differed from it.",
    "as_of": "Last day that counts; months after it are future.",
    "started_at": "When dbt began, UTC.",
    "published_at": "When it was published, UTC.",
    "load_ids": "Loads whose files it was made from, as schema:load, joined by commas.",
    "rules_sha256": "Fingerprint of the rules it was made by.",
    "checks": "How many checks of the gate it passed.",
    "tables": "How many tables are published.",
    "rows": "How many rows they have together.",
}


def write_tables(source: duckdb.DuckDBPyConnection, path: Path, tables: tuple[PublishedTable, ...]) -> dict[str, int]:
    """Tables with types, NOT NULL and comments, filled from `source`; rows by table."""
    source.execute(f"attach '{builds.quoted(path)}' as publication")
    try:
        for schema in ("marts", "reporting"):
            source.execute(f"create schema publication.{schema}")
        rows: dict[str, int] = {}
        for table in tables:
            for statement in _ddl(source, table):
                source.execute(statement)
            names = ", ".join(f'"{column.name}"' for column in table.columns)
            filled = source.execute(
                f"insert into publication.{table.in_publication} ({names}) select {names} from {table.in_warehouse}"
            ).fetchone()
            rows[table.in_publication] = int(filled[0]) if filled else 0
        return rows
    finally:
        source.execute("detach publication")


def _ddl(source: duckdb.DuckDBPyConnection, table: PublishedTable) -> Iterator[str]:
    types = dict(
        source.execute(
            "select column_name, data_type from duckdb_columns()"
            " where database_name = current_database() and schema_name = ? and table_name = ?",
            [table.stage, table.name],
        ).fetchall()
    )
    name = f"publication.{table.in_publication}"
    columns = ", ".join(
        f'"{column.name}" {types[column.name]}{" not null" if column.is_required else ""}' for column in table.columns
    )
    yield f"create table {name} ({columns})"
    yield f"comment on table {name} is '{builds.quoted(table.description)}'"
    for column in table.columns:
        yield f"comment on column {name}.\"{column.name}\" is '{builds.quoted(column.description)}'"


def finish(
    path: Path, facts: Mapping[str, Any], verdicts: Sequence[Mapping[str, Any]], rows: Mapping[str, int]
) -> None:
    """Adds what the publication is, and what the gate said; closes the file for good, and counts as a reader would.

    Raises RuntimeError if the file is not complete. facts: the row of the table `publication`. rows: by table.
    """
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            """
            create table publication as
            select $1::text as build_id, $2::text as code_revision, $3::date as as_of, $4::timestamp as started_at,
                $5::timestamp as published_at, $6::text as load_ids, $7::text as rules_sha256, $8::integer as checks,
                $9::integer as tables, $10::bigint as rows
            """,
            [facts[column] for column in WHAT_IT_IS],
        )
        for column, text in WHAT_IT_IS.items():
            connection.execute(f"comment on column publication.{column} is '{builds.quoted(text)}'")
        connection.execute(
            "comment on table publication is 'What this publication is: its build, what it was made from, what the gate"
            " passed; times are UTC; one row.'"
        )
        gate_results.write(connection, verdicts)
        connection.execute("checkpoint")
    wal = path.with_name(path.name + ".wal")
    if wal.exists():  # it would be replayed into whatever lies beside it
        raise RuntimeError(f"{wal} was left behind; the publication is not complete")
    with duckdb.connect(str(path), read_only=True) as reader:
        for table, count in rows.items():
            found = reader.execute(f"select count(*) from {table}").fetchone()
            if found is None or found[0] != count:
                raise RuntimeError(f"{path.name} holds {found} rows of {table}, its source {count}")
