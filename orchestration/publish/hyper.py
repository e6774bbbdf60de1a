"""Tableau Hyper: `quotaline.hyper` in a publication's folder, written from its Parquet (docs/decisions/0017).

Schemas, tables, types and NOT NULL are the DuckDB file's; `publication` and `publication_checks` are there too, in the
schema `public`.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from orchestration import builds
from orchestration.problems import Problem, UserError
from orchestration.published_tables import PublishedTable

if TYPE_CHECKING:
    from tableauhyperapi import Connection, HyperProcess

HYPER = "quotaline.hyper"
READ_ONLY = {"access_mode": "readonly"}  # else Hyper locks out other readers, and needs the right to write

# No hyperd.log in the working folder; version 3 holds decimals of more than 18 digits.
_SERVER = {"log_config": "", "default_database_version": "3"}


def require_installed() -> None:
    """Raises UserError if the package is missing, before a run or a publication writes anything."""
    if importlib.util.find_spec("tableauhyperapi") is None:
        problem = Problem(
            "quotaline.toml, publish.hyper = true",
            "needs the package tableauhyperapi, which is not installed (on Linux it exists for x86-64 only)",
            "run: python -m pip install tableauhyperapi, or take the line out",
        )
        raise UserError("Tableau's Hyper file can't be written.", [problem])


def write_hyper(folder: Path, database: Path, tables: Sequence[PublishedTable]) -> None:
    """Writes the file beside the Parquet in `folder`, and reads it again as Tableau would.

    database: the publication's DuckDB file, closed. Raises RuntimeError if Hyper's rows or sums are others.
    """
    from tableauhyperapi import Connection, CreateMode, HyperProcess, Telemetry

    path = folder / HYPER
    with (
        duckdb.connect(str(database), read_only=True) as publication,
        HyperProcess(Telemetry.DO_NOT_SEND_USAGE_DATA_TO_TABLEAU, parameters=_SERVER) as server,
    ):
        columns = {table.in_publication: _columns(publication, table.in_publication) for table in tables}
        with Connection(server.endpoint, path, CreateMode.CREATE) as hyper:
            hyper.execute_command("create schema marts")
            hyper.execute_command("create schema reporting")
            for table in tables:
                hyper.execute_command(_ddl(table.in_publication, columns[table.in_publication]))
                _fill(hyper, table, folder)
            _copy_what_it_is(publication, hyper)
        _compare(publication, server, path, columns)


Column = tuple[str, str, bool]  # name, type as DuckDB writes it (Hyper reads the same words), whether it may be null


def _columns(publication: duckdb.DuckDBPyConnection, table: str) -> list[Column]:
    schema, name = table.split(".")
    return publication.execute(
        "select column_name, data_type, is_nullable from duckdb_columns()"
        " where schema_name = ? and table_name = ? order by column_index",
        [schema, name],
    ).fetchall()


def _ddl(table: str, columns: Sequence[Column]) -> str:
    listed = ", ".join(f'"{name}" {kind}{"" if nullable else " not null"}' for name, kind, nullable in columns)
    return f"create table {table} ({listed})"


def _fill(hyper: Connection, table: PublishedTable, folder: Path) -> None:
    """From the table's Parquet, if there is any: a fact without rows has no files."""
    files = sorted((folder / table.name).rglob("*.parquet"))
    if files:
        listed = ", ".join(f"'{builds.quoted(file)}'" for file in files)
        names = ", ".join(f'"{column.name}"' for column in table.columns)
        hyper.execute_command(
            f"insert into {table.in_publication} ({names})"
            f" select {names} from external(array[{listed}], format => 'parquet')"
        )


def _copy_what_it_is(publication: duckdb.DuckDBPyConnection, hyper: Connection) -> None:
    """Which build this is, and what the gate said of it: small tables, which have no Parquet of their own."""
    from tableauhyperapi import Inserter, TableName

    found = publication.execute("select table_name from duckdb_tables() where schema_name = 'main' order by 1")
    for (name,) in found.fetchall():
        hyper.execute_command(_ddl(f"public.{name}", _columns(publication, f"main.{name}")))
        with Inserter(hyper, TableName("public", name)) as inserter:
            inserter.add_rows(publication.execute(f"from {name}").fetchall())
            inserter.execute()


def _compare(
    publication: duckdb.DuckDBPyConnection, server: HyperProcess, path: Path, columns: dict[str, list[Column]]
) -> None:
    """Rows, values present and sums of decimals of each table, as a connection sees them that finds the file closed."""
    from tableauhyperapi import Connection, CreateMode

    with Connection(server.endpoint, path, CreateMode.NONE, parameters=READ_ONLY) as reader:
        for table, listed in columns.items():
            query = f"select {', '.join(['count(*)', *_totals(listed)])} from {table}"
            found: list[list[Any]] = reader.execute_list_query(query)
            expected = publication.execute(query).fetchone()
            if tuple(found[0]) != expected:
                raise RuntimeError(f"{path.name} has other rows or sums of {table} than the DuckDB file")


def _totals(columns: Sequence[Column]) -> list[str]:
    return [f'{"sum" if kind.startswith("DECIMAL") else "count"}("{name}")' for name, kind, _ in columns]
