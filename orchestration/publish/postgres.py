"""The current publication in PostgreSQL, for many people, each of whom sees what is theirs (docs/postgresql.md).

Everything is made in a schema that nobody may enter, compared with the publication, closed by policies, and swapped in.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import adbc_driver_manager
import duckdb
import psycopg
from psycopg import sql

from orchestration.problems import Problem, UserError
from orchestration.publish.postgres_access import (
    ACCESS_LINE,
    Access,
    policies,
    read_access,
    require_policies,
    unknown_logins,
)
from orchestration.publish.postgres_server import (
    WHERE,
    Server,
    connect,
    loader,
    require_publisher,
    run_all,
    stay_alone,
)
from orchestration.publish.postgres_swap import exists, swap
from orchestration.publish.postgres_tables import (
    FINGERPRINT,
    PUBLICATION,
    Table,
    comments,
    ddl,
    indexes,
    read_tables,
    with_fingerprint,
)
from orchestration.publish.store import open_publication
from orchestration.workspace import PostgresSettings, Workspace

NUL_CHARACTER = "22021"


@dataclass
class PostgresPublication:
    """What was published. tables: 0 if this very build, for the same people, was there already. seconds: by step."""

    build_id: str
    tables: int = 0
    rows: int = 0
    notes: tuple[str, ...] = ()
    seconds: dict[str, float] = field(default_factory=dict)

    def metadata(self) -> dict[str, Any]:
        """What Dagster shows of it."""
        return {
            "build_id": self.build_id,
            "tables": self.tables,
            "dagster/row_count": self.rows,
            "already_there": self.tables == 0,
            **({"notes": "\n".join(self.notes)} if self.notes else {}),
            "seconds": self.seconds,
        }

    @contextmanager
    def timed(self, step: str) -> Iterator[None]:
        """Notes how long a step takes."""
        began = time.monotonic()
        yield
        self.seconds[step] = round(time.monotonic() - began, 3)


def publish(workspace: Workspace, settings: PostgresSettings) -> PostgresPublication:
    """Publishes the current local publication. Raises UserError or GateError, and leaves the last one, if it can't."""
    try:
        return _publish(workspace, settings)
    except psycopg.Error as error:  # its text may quote a row
        reason = f"{error.diag.message_primary or 'the connection was lost'} (SQLSTATE {error.sqlstate})"
        problem = Problem(WHERE, reason, "see the server's log")
        raise UserError("PostgreSQL could not be published to; the last publication stays there.", [problem]) from None


def _publish(workspace: Workspace, settings: PostgresSettings) -> PostgresPublication:
    following = f"{settings.schema_name}_next"
    with open_publication(workspace) as local, connect(settings) as server:
        require_publisher(server, settings)
        access = read_access(workspace, settings, local)
        tables = read_tables(workspace, local)
        classes = {table.name: table.access for table in tables}
        build_id, rows = _one(local, "select build_id, rows from publication")
        fingerprint = access.fingerprint(settings, classes)
        done = PostgresPublication(build_id, notes=access.notes + unknown_logins(server, settings, access))
        stay_alone(server, settings)
        _drop_leftovers(server, following)
        if _published_before(server, settings) == (build_id, fingerprint):
            return done
        tables = [with_fingerprint(table, fingerprint) if table.name == PUBLICATION else table for table in tables]
        with done.timed("tables"):
            run_all(server, ddl(following, tables))
        with done.timed("load"):
            _load(settings, local, following, tables, access)
        with done.timed("compare"):
            _compare(server, local, following, tables)
        with done.timed("indexes"):
            run_all(server, indexes(following, tables))
        with done.timed("vacuum"):
            _vacuum(server, following, tables)
        with done.timed("comments"):
            run_all(server, comments(following, tables))
        with done.timed("policies"):
            run_all(server, policies(settings, following, classes))
            require_policies(server, following)
        with done.timed("swap"):
            try:
                swap(server, settings, following)
            except UserError:
                _drop_leftovers(server, following)
                raise
        done.tables, done.rows = len(tables), rows
    return done


def _published_before(server: Server, settings: PostgresSettings) -> tuple[str, str] | None:
    """Build and fingerprint of what is published; None if nothing is."""
    schema = settings.schema_name
    if not exists(server, schema):
        return None
    query = sql.SQL("select build_id, {} from {}").format(
        sql.Identifier(FINGERPRINT), sql.Identifier(schema, PUBLICATION)
    )
    found = server.execute(query).fetchone()
    return (found[0], found[1]) if found else None


def _drop_leftovers(server: Server, following: str) -> None:
    """What a publication that was killed left: nobody has ever been able to read it."""
    owned = server.execute(
        "select pg_get_userbyid(nspowner) = current_user from pg_namespace where nspname = %s", [following]
    ).fetchone()
    if owned is not None and not owned[0]:
        problem = Problem(following, "is a schema of somebody else", "drop it, or name another schema")
        raise UserError("PostgreSQL can't be published to; nothing was changed there.", [problem])
    server.execute(sql.SQL("drop schema if exists {} cascade").format(sql.Identifier(following)))


def _load(
    settings: PostgresSettings, local: duckdb.DuckDBPyConnection, schema: str, tables: list[Table], access: Access
) -> None:
    """Columns go by position and must have the target's types exactly, which ddl has seen to."""
    with loader(settings) as cursor:
        for table in tables:
            names = ", ".join(f'"{name}"' for name in table.names)
            order = f" order by {', '.join(table.order)}" if table.order else ""
            rows = local.execute(f"select {names} from {table.source}{order}").to_arrow_reader(100_000)
            try:
                cursor.adbc_ingest(table.name, rows, mode="append", db_schema_name=schema)
            except adbc_driver_manager.Error as error:  # its text may quote a row
                problem = Problem(table.name, f"was refused (SQLSTATE {error.sqlstate})", "see the server's log")
                if error.sqlstate == NUL_CHARACTER:
                    problem = Problem(table.name, "holds a text with a NUL character", "deliver the text without it")
                raise UserError("PostgreSQL can't take in a table; the last one stays there.", [problem]) from None
        cursor.adbc_ingest(ACCESS_LINE, access.lines, mode="append", db_schema_name=schema)


def _compare(server: Server, local: duckdb.DuckDBPyConnection, schema: str, tables: list[Table]) -> None:
    """Raises RuntimeError unless rows, values that are not null, and sums of decimals are those of the publication."""
    for table in tables:
        figures = ["count(*)", *(f'count("{name}")' for name in table.names)]
        figures += [f'sum("{column.name}")' for column in table.columns if column.type.startswith("DECIMAL")]
        here = _one(local, f"select {', '.join(figures)} from {table.source}")
        query = sql.SQL("select {} from {}").format(sql.SQL(", ".join(figures)), sql.Identifier(schema, table.name))
        there = server.execute(query).fetchone() or ()
        if wrong := [figure for figure, one, other in zip(figures, here, there, strict=True) if one != other]:
            raise RuntimeError(f"PostgreSQL's {table.name} differs from the publication: {', '.join(wrong)}")


def _vacuum(server: Server, schema: str, tables: list[Table]) -> None:
    names = [sql.Identifier(schema, name) for name in (*(table.name for table in tables), ACCESS_LINE)]
    server.execute(sql.SQL("vacuum (freeze, analyze) {}").format(sql.SQL(", ").join(names)))


def _one(local: duckdb.DuckDBPyConnection, query: str) -> tuple[Any, ...]:
    [row] = local.execute(query).fetchall()
    return tuple(row)
