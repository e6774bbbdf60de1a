"""Who reads which rows in PostgreSQL: logins, reporting lines, grants and policies (docs/postgresql.md).

Each public model says its class in dbt (`meta: {access: …}`):

    worker     rows of one worker each: their own, their managers' above them, finance
    everyone   nobody's pay
    finance    all else, and whatever says nothing
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import LiteralString

import duckdb
import pyarrow as pa
from psycopg import sql

from orchestration.problems import GateError, Problem, UserError
from orchestration.publish.postgres_server import Server
from orchestration.revision import code_revision
from orchestration.workspace import PostgresSettings, Workspace

ACCESS_LINE = "access_line"
LONGEST_LOGIN = 63  # bytes; PostgreSQL cuts names there without a word

# A worker's managers, as the reporting lines stand on the build's day. A manager who has left sees nobody any more; the
# line goes on above. A circle of managers ends where it closes.
_LINES = """
    with recursive above as (
        select worker_id, manager_worker_id, 1 as depth, [worker_id, manager_worker_id] as path
        from marts.dim_workers where manager_worker_id <> worker_id
        union all
        select above.worker_id, managers.manager_worker_id, above.depth + 1,
            list_append(above.path, managers.manager_worker_id)
        from above inner join marts.dim_workers as managers on above.manager_worker_id = managers.worker_id
        where managers.manager_worker_id is not null and not list_contains(above.path, managers.manager_worker_id)
    ), lines as (
        select logins.login, workers.worker_id, 0 as depth
        from logins inner join marts.dim_workers as workers using (worker_id)
        union all
        select logins.login, above.worker_id, above.depth
        from logins
        inner join above on logins.worker_id = above.manager_worker_id
        inner join marts.dim_workers as managers on logins.worker_id = managers.worker_id
        where coalesce(managers.termination_date > (select as_of from publication), true)
    )
    select login, worker_id, cast(min(depth) as smallint) as depth from lines group by login, worker_id
    order by login, worker_id"""

# `= any (array (…))` is worked out once a query and finds rows by the index; `in` and `exists` read the whole table.
_TREE = "worker_id = any (array (select a.worker_id from {access_line} as a where a.login = current_user))"
_OWN = _TREE.replace("current_user", "current_user and a.depth = 0")
_TO_ALL = "grant select on {table} to {payee}, {manager}, {finance}"
_EVERY = "create policy every on {table} for select to {finance} using (true)"
_POLICIES: dict[str, tuple[LiteralString, ...]] = {
    "worker": (
        _TO_ALL,
        "create policy own on {table} for select to {payee} using (" + _OWN + ")",
        "create policy tree on {table} for select to {manager} using (" + _TREE + ")",
        _EVERY,
    ),
    "everyone": (_TO_ALL, "create policy everyone on {table} for select using (true)"),
    "finance": ("grant select on {table} to {finance}", _EVERY),
    "login": (
        _TO_ALL,
        "create policy mine on {table} for select to {payee}, {manager} using (login = current_user)",
        _EVERY,
    ),
}
# Forced: the owner's views and security-definer functions show nothing either.
_ALWAYS: tuple[LiteralString, ...] = ("alter table {table} enable row level security, force row level security",)


@dataclass(frozen=True)
class Access:
    """lines: login, worker_id, depth (0 = self) of everybody that a login sees. notes: logins that see nothing."""

    lines: pa.Table
    notes: tuple[str, ...]

    def fingerprint(self, settings: PostgresSettings, classes: Mapping[str, str]) -> str:
        """Differs as soon as anybody is to see anything else."""
        digest = hashlib.sha256()
        for column in self.lines.columns:
            digest.update(json.dumps(column.to_pylist()).encode())
        digest.update(json.dumps([settings.roles, sorted(classes.items()), code_revision()]).encode())
        return digest.hexdigest()


def read_access(workspace: Workspace, settings: PostgresSettings, local: duckdb.DuckDBPyConnection) -> Access:
    """The file of logins, joined to the publication's workers. Raises UserError with all that is wrong in the file."""
    logins = _read_logins(workspace.root / settings.access, settings.access)
    local.register("logins", logins)
    try:
        lines = local.execute(_LINES).to_arrow_table()
        strangers = local.execute(
            "select worker_id, row from logins anti join marts.dim_workers using (worker_id) order by row"
        ).fetchall()
        of_several = local.execute(
            "select login, string_agg(worker_id, ', ' order by row), max(row) from logins"
            " group by login having count(*) > 1 order by login"
        ).fetchall()
    finally:
        local.unregister("logins")
    remedy = "deliver the worker, or correct worker_id; until then the login sees nothing"
    notes = [
        str(Problem(settings.access, f"{worker} is no worker of this publication", remedy, row=row))
        for worker, row in strangers
    ]
    remedy = "leave it if they are one person, who was hired again, else take a row out"
    notes += [
        str(Problem(settings.access, f"the login {login} sees the pay of {workers}", remedy, row=row))
        for login, workers, row in of_several
    ]
    return Access(lines, tuple(notes))


def _read_logins(path: Path, where: str) -> pa.Table:
    header = "begin it with the line: login,worker_id"
    if not path.is_file():
        raise UserError("Nobody's login is known.", [Problem(where, "is missing", f"create it; {header}")])
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            names, *rows = list(csv.reader(file, strict=True)) or [[]]
    except (UnicodeDecodeError, csv.Error) as error:
        raise UserError("Logins can't be read.", [Problem(where, str(error), "save it as CSV in UTF-8")]) from None
    if names != ["login", "worker_id"]:
        raise UserError("Logins can't be read.", [Problem(where, "has other columns", header)])
    problems = []
    first: dict[tuple[str, ...], int] = {}
    for number, row in enumerate(rows, start=2):
        if len(row) != 2 or not all(value == value.strip() != "" for value in row):
            problems.append(
                Problem(where, "is not a login and a worker_id", "write both, without spaces around", number)
            )
        elif len(row[0].encode()) > LONGEST_LOGIN:
            problems.append(Problem(where, f"the login is over {LONGEST_LOGIN} bytes", "use a shorter role", number))
        elif (before := first.setdefault(tuple(row), number)) != number:
            problems.append(Problem(where, f"is row {before} again", "keep one of them", number))
    if problems:
        raise UserError("Logins can't be read.", problems)
    columns = [[row[0] for row in rows], [row[1] for row in rows], list(range(2, len(rows) + 2))]
    schema = pa.schema({"login": pa.string(), "worker_id": pa.string(), "row": pa.int64()})
    return pa.table(columns, schema=schema)


def unknown_logins(server: Server, settings: PostgresSettings, access: Access) -> tuple[str, ...]:
    """Notes on logins that aren't there, or are written otherwise: they see nothing."""
    logins = access.lines.column("login").unique().to_pylist()
    missing = server.execute(
        "select login from unnest(%s::name[]) as login"
        " where login not in (select rolname from pg_roles) order by login",
        [logins],
    ).fetchall()
    remedy = "create the role, or write the login as in pg_roles"
    return tuple(str(Problem(settings.access, f"{login} is no role in PostgreSQL", remedy)) for (login,) in missing)


def policies(settings: PostgresSettings, schema: str, classes: Mapping[str, str]) -> list[sql.Composed]:
    """Statements that give each table of a schema, and access_line, its grants and policies."""
    payee, manager, finance = (sql.Identifier(role) for role in settings.roles)
    access_line = sql.Identifier(schema, ACCESS_LINE)
    return [
        sql.SQL(statement).format(
            table=sql.Identifier(schema, table), access_line=access_line, payee=payee, manager=manager, finance=finance
        )
        for table, access in {**classes, ACCESS_LINE: "login"}.items()
        for statement in (*_POLICIES[access], *_ALWAYS)
    ]


def require_policies(server: Server, schema: str) -> None:
    """Raises GateError if any relation of the schema shows rows that no policy has let through."""
    open_relations = server.execute(
        """
        select relname from pg_class
        where relnamespace = %s::regnamespace and relkind in ('r', 'p', 'v', 'm', 'f')
            and not (relkind = 'v' and coalesce(reloptions @> '{security_invoker=true}', false))
            and not (
                relkind in ('r', 'p') and relrowsecurity and relforcerowsecurity
                and exists (select 1 from pg_policy where polrelid = pg_class.oid)
            )
        order by relname
        """,
        [schema],
    ).fetchall()
    if open_relations:
        problems = [
            Problem(name, "has no row-level security", "report it: this is a fault") for (name,) in open_relations
        ]
        raise GateError("PostgreSQL's tables are not closed; the last publication stays there.", problems)
