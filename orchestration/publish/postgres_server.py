"""The PostgreSQL server that a build is published to: connections, and what the publishing role must be.

No password stands in any string here: libpq takes it from PGPASSWORD or PGPASSFILE itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from adbc_driver_postgresql import dbapi
from psycopg import sql
from psycopg.conninfo import make_conninfo

from orchestration.problems import Problem, UserError
from orchestration.workspace import PostgresSettings

Server = psycopg.Connection[tuple[Any, ...]]
WHERE = "publish.postgres"

# What libpq says, and what to do about it.
REMEDIES = {
    "no password supplied": "set PGPASSWORD, or PGPASSFILE to a file of mode 0600",
    "password authentication failed": "correct PGPASSWORD or the file in PGPASSFILE, or the user",
    "does not exist": "make it as docs/postgresql.md says, or correct the setting",
    "onnection refused": "start the server, or correct host and port",
    "could not translate host name": "correct host",
    "imeout expired": "correct host and port, or let this machine through the firewall",
    "pg_hba.conf": "let this user and machine in: the server's pg_hba.conf",
    "permission denied for database": "grant connect on the database to the publishing user",
}


@contextmanager
def connect(settings: PostgresSettings) -> Iterator[Server]:
    """A connection of the publishing role, each statement its own transaction. Raises UserError if there is none."""
    try:
        server = psycopg.connect(_conninfo(settings), autocommit=True)
    except psycopg.OperationalError as error:
        said = " ".join(str(error).split()).removeprefix("connection failed: ")
        remedy = next((remedy for words, remedy in REMEDIES.items() if words in said), "see the server's log")
        raise UserError("PostgreSQL can't be reached.", [Problem(WHERE, said, remedy)]) from None
    with server:
        # Names mean what they say, whatever objects others have made.
        server.execute("set search_path = pg_catalog")
        yield server


@contextmanager
def loader(settings: PostgresSettings) -> Iterator[dbapi.Cursor]:
    """A second connection, which takes in Arrow; each table its own transaction."""
    with dbapi.connect(_conninfo(settings), autocommit=True) as connection, connection.cursor() as cursor:
        yield cursor


def _conninfo(settings: PostgresSettings) -> str:
    return make_conninfo(
        host=settings.host,
        port=settings.port,
        dbname=settings.database,
        user=settings.user,
        connect_timeout=10,
        application_name="quotaline",
    )


def require_publisher(server: Server, settings: PostgresSettings) -> None:
    """Raises UserError, with all that is wrong, unless the publishing role is held by policies and the groups exist."""
    roles = list(settings.roles)
    is_superuser, bypasses, may_create = _row(
        server,
        "select rolsuper, rolbypassrls, has_database_privilege(current_database(), 'create')"
        " from pg_roles where rolname = current_user",
    )
    known = {name for (name,) in server.execute("select rolname from pg_roles where rolname = any (%s)", [roles])}
    problems = []
    if is_superuser or bypasses:
        reason = (
            f"{settings.user} is {'a superuser' if is_superuser else 'BYPASSRLS'}: row-level security doesn't hold it"
        )
        problems.append(Problem(WHERE, reason, "publish as a plain role (docs/postgresql.md)"))
    elif not may_create:
        remedy = f"grant create on database {settings.database} to {settings.user}"
        problems.append(Problem(WHERE, f"{settings.user} may not create schemas", remedy))
    for role in roles:
        if role not in known:
            problems.append(Problem(WHERE, f"the group role {role} does not exist", f"create role {role} nologin"))
        elif not is_superuser and _row(server, "select pg_has_role(current_user, %s, 'usage')", [role])[0]:
            # Policies for the group would hold for the publisher, and so for whatever view or function it owned.
            reason = f"{settings.user} has the rights of {role}"
            problems.append(Problem(WHERE, reason, f"revoke {role} from {settings.user}, or alter it to noinherit"))
    if problems:
        raise UserError("PostgreSQL is not set up for publications; nothing was changed there.", problems)


def stay_alone(server: Server, settings: PostgresSettings) -> None:
    """Until this session ends no other publication can begin. Raises UserError if one is going on."""
    key = f"quotaline {settings.schema_name}"
    if not _row(server, "select pg_try_advisory_lock(hashtextextended(%s, 0))", [key])[0]:
        problem = Problem(WHERE, f"another publication to {settings.schema_name} is going on", "wait for its end")
        raise UserError("PostgreSQL is being published to.", [problem])


def run_all(server: Server, statements: list[sql.Composed]) -> None:
    """Statements without parameters, in one round trip and one transaction."""
    server.execute(sql.SQL(";\n").join(statements))


def _row(server: Server, query: str, values: list[Any] | None = None) -> tuple[Any, ...]:
    [row] = server.execute(query, values).fetchall()
    return tuple(row)
