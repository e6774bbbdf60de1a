"""The published tables as PostgreSQL has them: what there is, with which types, indexes and comments."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import duckdb
from psycopg import sql

from orchestration.publish.postgres_access import ACCESS_LINE
from orchestration.published_tables import published_tables, read_manifest
from orchestration.workspace import Workspace

PUBLICATION = "publication"
FINGERPRINT = "access_sha256"
PERIODS = ("period_id", "pay_period_id", "earned_period_id")
# DuckDB's types, and PostgreSQL's of the same values: a type of neither list is refused, since the driver doesn't cast.
TYPES = {
    "VARCHAR": "text",
    "BOOLEAN": "boolean",
    "SMALLINT": "smallint",
    "INTEGER": "integer",
    "BIGINT": "bigint",
    "DOUBLE": "double precision",
    "DATE": "date",
    "TIMESTAMP": "timestamp",
}


@dataclass(frozen=True)
class Column:
    """A column as the publication has it; type: DuckDB's."""

    name: str
    type: str
    is_required: bool
    comment: str


@dataclass(frozen=True)
class Table:
    """A published table. source: what is selected from. access: its class. key: the first column of its grain."""

    name: str
    source: str
    comment: str
    columns: tuple[Column, ...]
    access: str
    key: str | None = None

    @property
    def names(self) -> list[str]:
        return [column.name for column in self.columns]

    @property
    def order(self) -> tuple[str, ...]:
        """A worker's rows lie together, so that a policy reads few pages. Empty where there is no worker."""
        period = [name for name in PERIODS if name in self.names][:1]
        return ("worker_id", *period) if "worker_id" in self.names else ()

    @property
    def indexes(self) -> list[tuple[str, ...]]:
        """By worker and month, as policies ask; and by what else the grain begins with: a payout line, a deal."""
        by_key = (self.key,) if self.key in self.names and self.key not in self.order[:1] else ()
        return [columns for columns in (self.order, by_key) if columns]


# `name`, the type of current_user: as text the comparison can't use the key.
_ACCESS_LINE = """
    create table {line} (login name, worker_id text, depth smallint, primary key (login, worker_id));
    comment on table {line} is 'Whose rows a login sees; one row per login and worker.';
    comment on column {line}.login is 'Login in PostgreSQL.';
    comment on column {line}.worker_id is 'Worker whose rows it sees.';
    comment on column {line}.depth is '0: themselves; 1: who reports to them; 2: who reports to those, and so on.'"""


def read_tables(workspace: Workspace, local: duckdb.DuckDBPyConnection) -> list[Table]:
    """The publication's tables as they lie in its file; dbt says what they are. What it doesn't know is finance's."""
    contract = {table.name: table for table in published_tables(read_manifest(workspace))}
    found = local.execute(
        "select schema_name, table_name, coalesce(comment, '') from duckdb_tables()"
        " where database_name = current_database() order by table_name"
    ).fetchall()
    tables = []
    for schema, name, comment in found:
        known = contract.get(name)
        access = "everyone" if name == PUBLICATION else known.access if known else "finance"
        key = known.grain[0] if known and known.grain else None
        tables.append(Table(name, f'{schema}."{name}"', comment, _columns(local, schema, name), access, key))
    return tables


def with_fingerprint(table: Table, fingerprint: str) -> Table:
    """The table `publication` says whom it was made for, too."""
    comment = "Fingerprint of who may see what: while it and the build stay the same, publishing again changes nothing."
    return replace(
        table,
        source=f"(select *, '{fingerprint}' as {FINGERPRINT} from {table.source})",
        columns=(*table.columns, Column(FINGERPRINT, "VARCHAR", True, comment)),
    )


def _columns(local: duckdb.DuckDBPyConnection, schema: str, table: str) -> tuple[Column, ...]:
    found = local.execute(
        "select column_name, data_type, not is_nullable, coalesce(comment, '') from duckdb_columns()"
        " where database_name = current_database() and schema_name = ? and table_name = ? order by column_index",
        [schema, table],
    ).fetchall()
    return tuple(Column(*row) for row in found)


def ddl(schema: str, tables: list[Table]) -> list[sql.Composed]:
    statements = [sql.SQL("create schema {}").format(sql.Identifier(schema))]
    for table in tables:
        columns = [
            sql.SQL("{} {}{}").format(
                sql.Identifier(column.name),
                sql.SQL(_type(table, column)),
                sql.SQL(" not null" if column.is_required else ""),
            )
            for column in table.columns
        ]
        name = sql.Identifier(schema, table.name)
        statements.append(sql.SQL("create table {} ({})").format(name, sql.SQL(", ").join(columns)))
    statements.append(sql.SQL(_ACCESS_LINE).format(line=sql.Identifier(schema, ACCESS_LINE)))
    return statements


def _type(table: Table, column: Column) -> str:
    if re.fullmatch(r"DECIMAL\(\d+,\d+\)", column.type):
        return column.type.replace("DECIMAL", "numeric")
    if column.type not in TYPES:
        raise RuntimeError(f"{table.name}.{column.name} is {column.type}, which isn't published; cast it in the model")
    return TYPES[column.type]


def indexes(schema: str, tables: list[Table]) -> list[sql.Composed]:
    return [
        sql.SQL("create index on {} ({})").format(
            sql.Identifier(schema, table.name), sql.SQL(", ").join(map(sql.Identifier, columns))
        )
        for table in tables
        for columns in table.indexes
    ]


def comments(schema: str, tables: list[Table]) -> list[sql.Composed]:
    statements = []
    for table in tables:
        name = sql.Identifier(schema, table.name)
        statements.append(sql.SQL("comment on table {} is {}").format(name, sql.Literal(table.comment)))
        for column in table.columns:
            place = sql.Identifier(schema, table.name, column.name)
            statements.append(sql.SQL("comment on column {} is {}").format(place, sql.Literal(column.comment)))
    return statements
