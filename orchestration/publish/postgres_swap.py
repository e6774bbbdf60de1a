"""The swap of one whole schema for another, which no reader sees half of (docs/decisions/0015).

Names resolve one by one: after a rename alone a query reads tables of two builds. So it happens under a lock on all.
"""

from __future__ import annotations

import itertools
import time
from dataclasses import dataclass

from psycopg import errors, sql

from orchestration.problems import Problem, UserError
from orchestration.publish.postgres_access import ACCESS_LINE
from orchestration.publish.postgres_server import WHERE, Server
from orchestration.workspace import PostgresSettings

PATIENCE = 300.0  # seconds
# Readers queue up behind a lock that waits: this is the longest that one of them is held up at a time. Below
# deadlock_timeout (1 s), or they are ended as a deadlock's victims.
LOCK_TIMEOUT = "100ms"
PAUSE, LONGEST_PAUSE = 0.05, 1.0  # between tries; each that fails is an error in the server's log


@dataclass(frozen=True)
class View:
    """A view outside the schema that reads it, with what makes it again."""

    schema: str
    name: str
    owner: str
    options: tuple[str, ...]
    definition: str


def exists(server: Server, schema: str) -> bool:
    """Whether there is a publication in this schema. Raises UserError if the schema is somebody else's."""
    found = server.execute(
        "select pg_get_userbyid(nspowner) = current_user"
        " and to_regclass(format('%%I.publication', nspname)) is not null from pg_namespace where nspname = %s",
        [schema],
    ).fetchone()
    if found is not None and not found[0]:
        problem = Problem(WHERE, f"the schema {schema} holds something else", "name another schema, or drop it")
        raise UserError("PostgreSQL's schema is not a publication; nothing was changed there.", [problem])
    return found is not None


def swap(server: Server, settings: PostgresSettings, following: str) -> None:
    """Puts the schema `following` in the place of the published one, which is dropped; views outside follow.

    Raises UserError, and changes nothing, if readers don't let go, or something outside can't follow.
    """
    give_up, pause = time.monotonic() + PATIENCE, PAUSE
    for turn in itertools.count():
        try:
            _swap_once(server, settings, following, turn)
            return
        except (errors.LockNotAvailable, errors.DeadlockDetected):
            if time.monotonic() > give_up:
                raise UserError(
                    "Readers of PostgreSQL didn't let go; the last publication stays there.",
                    _blockers(server, settings),
                ) from None
            time.sleep(pause)
            pause = min(pause * 1.1, LONGEST_PAUSE)


def _swap_once(server: Server, settings: PostgresSettings, following: str, turn: int) -> None:
    current, old = settings.schema_name, f"{settings.schema_name}_old"
    rename = sql.SQL("alter schema {} rename to {}")
    with server.transaction():
        server.execute(sql.SQL("set local lock_timeout = {}").format(sql.Literal(LOCK_TIMEOUT)))
        views: list[View] = []
        if replaces := exists(server, current):
            tables, views = _tables(server, current, turn), _dependent_views(server, current)
            for view in views:
                _lock(server, view)
            server.execute(
                sql.SQL("lock table {} in access exclusive mode").format(
                    sql.SQL(", ").join(sql.Identifier(current, table) for table in tables)
                )
            )
            server.execute(rename.format(sql.Identifier(current), sql.Identifier(old)))
        server.execute(rename.format(sql.Identifier(following), sql.Identifier(current)))
        readers = sql.SQL(", ").join(sql.Identifier(role) for role in settings.roles)
        server.execute(sql.SQL("grant usage on schema {} to {}").format(sql.Identifier(current), readers))
        for view in views:
            _rebind(server, view)
        if replaces:
            _drop(server, old, tables)


def _tables(server: Server, schema: str, turn: int) -> list[str]:
    """The tables in the order in which to lock them.

    A query locks its tables in its own order, then those of their policies: access_line comes last, or the two wait for
    each other. Queries begin with rpt_ or fct_; where those at hand don't, any other order is better than the same one.
    """
    found = server.execute(
        "select relname from pg_class where relnamespace = %s::regnamespace and relkind = 'r'"
        " order by relname = %s, case when %s = 0 then relname end desc, random()",
        [schema, ACCESS_LINE, turn],
    )
    return [name for (name,) in found]


def _dependent_views(server: Server, schema: str) -> list[View]:
    found = server.execute(
        """
        select distinct on (views.oid) namespaces.nspname, views.relname, pg_get_userbyid(views.relowner),
            coalesce(views.reloptions, '{}'), pg_get_viewdef(views.oid)
        from pg_depend
        inner join pg_class as tables on pg_depend.refobjid = tables.oid
        inner join pg_rewrite on pg_depend.objid = pg_rewrite.oid
        inner join pg_class as views on pg_rewrite.ev_class = views.oid
        inner join pg_namespace as namespaces on views.relnamespace = namespaces.oid
        where pg_depend.refclassid = 'pg_class'::regclass and pg_depend.classid = 'pg_rewrite'::regclass
            and tables.relnamespace = %s::regnamespace
            and views.relkind = 'v' and views.relnamespace <> tables.relnamespace
        """,
        [schema],
    )
    return [View(space, name, owner, tuple(options), text) for space, name, owner, options, text in found]


def _lock(server: Server, view: View) -> None:
    """A query locks a view, then the tables that it reads. `lock table` would ask for rights on those, too."""
    owner = sql.Identifier(view.owner)
    name = sql.Identifier(view.schema, view.name)
    _as_owner(server, view, sql.SQL("alter view {} owner to {}").format(name, owner))  # changes nothing


def _rebind(server: Server, view: View) -> None:
    """Makes a view again by its own text, so that it reads the new tables; it keeps its grants and comments."""
    options = [option.split("=", 1) for option in view.options]  # replaced whole: security_invoker would be lost
    listed = sql.SQL(", ").join(sql.SQL("{} = {}").format(sql.Identifier(k), sql.Literal(v)) for k, v in options)
    create = sql.SQL("create or replace view {}{} as {}").format(
        sql.Identifier(view.schema, view.name),
        sql.SQL(" with ({})").format(listed) if options else sql.SQL(""),
        sql.SQL(view.definition),
    )
    _as_owner(server, view, create)


def _as_owner(server: Server, view: View, statement: sql.Composed) -> None:
    """Only its owner may make a view again: the publishing role must be a member of that role."""
    where = f"view {view.schema}.{view.name} of {view.owner}"
    try:
        server.execute(sql.SQL("set local role {}").format(sql.Identifier(view.owner)))
        server.execute(statement)
        server.execute("reset role")
    except errors.InsufficientPrivilege as error:
        remedy = f"grant {view.owner} to the publishing role, or drop the view"
        raise _refusal(Problem(where, f"can't be made again: {error.diag.message_primary}", remedy)) from None
    except (errors.ProgrammingError, errors.NotSupportedError) as error:
        remedy = "change or drop the view, then publish again"
        raise _refusal(Problem(where, f"doesn't fit the new tables: {error.diag.message_primary}", remedy)) from None


def _drop(server: Server, old: str, tables: list[str]) -> None:
    """Drops exactly the tables of a publication: what else hangs on them, or lies among them, is not lost."""
    names = sql.SQL(", ").join(sql.Identifier(old, table) for table in tables)
    try:
        server.execute(sql.SQL("drop table {}").format(names))
        server.execute(sql.SQL("drop schema {}").format(sql.Identifier(old)))
    except errors.DependentObjectsStillExist as error:
        remedy = "drop it, or make it a view or a function with a text body, outside the schema"
        lines = (error.diag.message_detail or "").splitlines()
        raise _refusal(*(Problem(WHERE, line.replace(f"{old}.", ""), remedy) for line in lines)) from None


def _refusal(*problems: Problem) -> UserError:
    return UserError("Something outside hangs on the published tables; the last publication stays there.", problems)


def _blockers(server: Server, settings: PostgresSettings) -> list[Problem]:
    """Who reads the published tables now; state and query of others are for pg_monitor alone to see."""
    found = server.execute(
        """
        select activity.pid, activity.usename, activity.application_name, count(distinct locks.relation)
        from pg_locks as locks
        inner join pg_class as tables on locks.relation = tables.oid
        inner join pg_stat_activity as activity on locks.pid = activity.pid
        where tables.relnamespace = %s::regnamespace and locks.granted and locks.pid <> pg_backend_pid()
        group by activity.pid, activity.usename, activity.application_name order by activity.pid
        """,
        [settings.schema_name],
    ).fetchall()
    if not found:
        return [Problem(WHERE, "one reader came after the other, without a pause", "publish when fewer read")]
    return [
        Problem(
            f"session {pid} of {login}{f' ({application})' if application else ''}",
            f"holds {count} of the published tables in an open transaction",
            f"end it: select pg_terminate_backend({pid})",
        )
        for pid, login, application, count in found
    ]
