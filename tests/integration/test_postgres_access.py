"""Row-level security in PostgreSQL, tried by each role, and every way round it that is known (docs/postgresql.md).

ann and bob are payees, mia leads them, top leads mia, zoe is in finance, new is a payee whose login stands in no line.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from hand_publication import ACCESS, LOGINS, workspace_in, write_access, write_publication
from postgres_server import Cluster

from orchestration.problems import GateError, UserError
from orchestration.publish import postgres as publisher
from orchestration.publish import postgres_access
from orchestration.workspace import PostgresSettings, Workspace

SCHEMA = "m_access"
PEOPLE = ("ann", "mia", "top", "zoe", "new")
Asking = psycopg.Connection[tuple[Any, ...]]


def publish(workspace: Workspace) -> publisher.PostgresPublication:
    settings = workspace.settings.publish.postgres
    assert settings is not None
    return publisher.publish(workspace, settings)


@pytest.fixture(scope="module")
def published(postgres: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """One publication for all attempts of this module, with its settings."""
    settings = PostgresSettings.model_validate(
        {"port": postgres.port, "database": "quotaline", "user": "ql_publisher", "schema": SCHEMA}
    )
    workspace = workspace_in(tmp_path_factory.mktemp("access") / "by hand", settings)
    write_publication(workspace, 1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PGPASSFILE", str(postgres.passfile))
        publish(workspace)
        yield workspace


@pytest.fixture
def asking(postgres: Cluster, published: Workspace) -> Iterator[dict[str, Asking]]:
    """A connection of each person, in a transaction that is rolled back."""
    assert published.settings.publish.postgres
    connections = {person: postgres.connect(person, options=f"-c search_path={SCHEMA}") for person in PEOPLE}
    try:
        yield connections
    finally:
        for connection in connections.values():
            connection.close()


def outcome(connection: Asking, statements: str) -> object:
    """The first value of the last of several statements, or the name of what refused them."""
    try:
        with connection.transaction(force_rollback=True):
            cursor = connection.execute(statements)
            while cursor.nextset():
                pass
            row = cursor.fetchone() if cursor.description else None
            return row[0] if row else None
    except psycopg.Error as error:
        return type(error).__name__


# Rows of rpt_pay, of which each of the four payees has two: ann her own, mia's tree has three people, top's four.
OWN: dict[str, object] = {"ann": 2, "mia": 6, "top": 8, "zoe": 8, "new": 0}
LINES: dict[str, object] = {"ann": 1, "mia": 3, "top": 4, "zoe": 9, "new": 0}
DENIED: dict[str, object] = dict.fromkeys(PEOPLE, "InsufficientPrivilege")
ZOE = {**DENIED, "zoe": 8}


def all_of_them(result: object) -> dict[str, object]:
    return dict.fromkeys(PEOPLE, result)


READ = "select count(*) from rpt_pay"
XML = "select (xpath('count(//row)', {}))[1]::text::integer"

# What is tried, and what comes out for each person.
ATTEMPTS: dict[str, tuple[str, dict[str, object]]] = {
    "read the table": (READ, OWN),
    "read another's rows": (f"{READ} where worker_id = 'bob'", {"ann": 0, "mia": 2, "top": 2, "zoe": 2, "new": 0}),
    "read a table of finance": ("select count(*) from rpt_cost", {**DENIED, "zoe": 1}),
    "read a table for everyone": ("select count(*) from dim_periods", all_of_them(1)),
    "read who works here": ("select count(*) from dim_workers", {**LINES, "zoe": 5}),
    "read who sees whom": ("select count(*) from access_line", LINES),
    # Another identity
    "row_security off": (f"set local row_security = off; {READ}", DENIED),
    "set role to a colleague": (f"set local role zoe; {READ}", ZOE),
    "set role to finance": (f"set local role ql_finance; {READ}", ZOE),
    "set role to the publisher": (f"set local role ql_publisher; {READ}", DENIED),
    "set session authorization": (f"set local session authorization zoe; {READ}", ZOE),
    "set_config of role": (f"select set_config('role', 'zoe', true); {READ}", ZOE),
    "set_config of a setting": (f"select set_config('app.login', 'top', true); {READ}", OWN),
    # Another way to the rows
    "a cursor": (f"declare c cursor for select * from rpt_pay; move all in c; {READ}", OWN),
    "ctid": (f"{READ} where ctid >= '(0,0)'::tid", OWN),
    "a sample of all pages": (f"{READ} tablesample system (100)", OWN),
    "query_to_xml": (XML.format("query_to_xml('select * from rpt_pay', true, false, '')"), OWN),
    "table_to_xml": (XML.format(f"table_to_xml('{SCHEMA}.rpt_pay', true, false, '')"), OWN),
    "the lines of another": (
        f"{READ} inner join access_line on access_line.worker_id = rpt_pay.worker_id and login = 'top'",
        {"ann": 0, "mia": 0, "top": 8, "zoe": 8, "new": 0},
    ),
    "an error on hidden rows": (
        f"{READ} where 1 / (case when worker_id = 'bob' then 0 else 1 end) > 0",
        {**all_of_them("DivisionByZero"), "ann": 2, "new": 0},
    ),
    "for update": ("select count(*) from (select * from rpt_pay for update) as rows", DENIED),
    "the next publication": (f"select count(*) from {SCHEMA}_next.rpt_pay", all_of_them("UndefinedTable")),
    "statistics": ("select count(*) from pg_stats where tablename = 'rpt_pay'", all_of_them(0)),
    "statistics behind the view": ("select count(*) from pg_statistic", DENIED),
    # Another right
    "insert into access_line": ("insert into access_line values (current_user, 'bob', 0)", DENIED),
    "update of access_line": ("update access_line set login = current_user", DENIED),
    "another policy": ("create policy mine on rpt_pay using (true)", DENIED),
    "policies off": ("alter table rpt_pay disable row level security", DENIED),
    "a trigger": (
        "create trigger t before insert on rpt_pay execute function suppress_redundant_updates_trigger()",
        DENIED,
    ),
    # An object that comes first, or looks on
    "a temporary access_line": ("create temporary table access_line as select 1; select 1", DENIED),
    "a function in the schema": (f"create function {SCHEMA}.spy() returns int language sql return 1", DENIED),
    "a function in public": ("create function public.spy() returns int language sql return 1", DENIED),
    "a temporary function": ("create function pg_temp.spy() returns int language sql return 1", DENIED),
    "a leakproof function": ("create function pg_temp.spy() returns int leakproof language sql return 1", DENIED),
    "a schema": ("create schema mine", DENIED),
    "an extension": ("create extension file_fdw", DENIED),
    # The server's files
    "a file": ("select pg_read_file('postgresql.conf')", DENIED),
    "a large object": ("select lo_import('/etc/hostname')", DENIED),
    "copy to a program": ("copy rpt_pay to program 'cat'", DENIED),
}


@pytest.mark.parametrize("what", ATTEMPTS)
def test_everybody_sees_their_own_whatever_they_try(asking: dict[str, Asking], what: str) -> None:
    statements, expected = ATTEMPTS[what]
    assert {person: outcome(asking[person], statements) for person in PEOPLE} == expected


@pytest.mark.parametrize("source", ["rpt_pay", "(select * from rpt_pay)"])
def test_copy_gives_the_same_rows(asking: dict[str, Asking], source: str) -> None:
    found = {}
    for person, connection in asking.items():
        with connection.cursor().copy(f"copy {source} to stdout") as copy:
            found[person] = len(list(copy.rows()))
    assert found == OWN


@pytest.mark.usefixtures("published")
def test_a_temporary_table_does_not_stand_in_for_the_lines(postgres: Cluster) -> None:
    """Even where the administrator lets people make temporary tables, which are found before all others."""
    postgres.run("grant temporary on database quotaline to ann")
    with postgres.connect("ann", options=f"-c search_path={SCHEMA}") as ann:
        ann.execute(
            "create temporary table access_line as select name 'ann' as login, text 'bob' as worker_id, 0 as depth"
        )
        assert ann.execute("select count(*) from access_line").fetchone() == (1,)
        assert ann.execute("select count(*) from rpt_pay").fetchone() == (2,)
    postgres.run("revoke temporary on database quotaline from ann")


def test_explain_gives_no_rows_away_but_estimates(asking: dict[str, Asking]) -> None:
    plan = asking["ann"].execute("explain (analyze, format json) select * from rpt_pay").fetchone()
    assert plan is not None
    assert plan[0][0]["Plan"]["Actual Rows"] == 2


@pytest.mark.usefixtures("published")
def test_views_and_functions_of_the_publisher_show_nothing(postgres: Cluster) -> None:
    """FORCE: row-level security holds for the owner too, through whom they read."""
    postgres.run(
        f"""
        create schema leak authorization ql_publisher;
        set role ql_publisher;
        create view leak.pay as select * from {SCHEMA}.rpt_pay;
        create function leak.pay_count() returns bigint language sql security definer
            as 'select count(*) from {SCHEMA}.rpt_pay';
        grant usage on schema leak to ql_payee;
        grant select on leak.pay to ql_payee;
        """
    )
    try:
        with postgres.connect("ann") as ann:
            assert ann.execute("select count(*) from leak.pay").fetchone() == (0,)
            assert ann.execute("select leak.pay_count()").fetchone() == (0,)
    finally:
        postgres.run("drop schema leak cascade")


@pytest.mark.usefixtures("published")
def test_a_view_of_an_analyst_can_show_each_reader_their_own(postgres: Cluster) -> None:
    postgres.run(
        f"""
        create role analyst in role ql_finance;
        create schema lab authorization analyst;
        set role analyst;
        create view lab.pay with (security_invoker = true) as select * from {SCHEMA}.rpt_pay;
        grant usage on schema lab to ql_payee, ql_manager;
        grant select on lab.pay to ql_payee, ql_manager;
        """
    )
    try:
        found = {}
        for person in ("ann", "mia", "new"):
            with postgres.connect(person) as connection:
                found[person] = connection.execute("select count(*) from lab.pay").fetchone()
        assert found == {"ann": (2,), "mia": (6,), "new": (0,)}
    finally:
        postgres.run("drop schema lab cascade; drop role analyst")


@pytest.mark.usefixtures("published")
def test_who_is_both_payee_and_manager_sees_the_tree(postgres: Cluster) -> None:
    postgres.run("grant ql_payee to mia")
    with postgres.connect("mia") as mia:
        assert mia.execute(f"select count(*) from {SCHEMA}.rpt_pay").fetchone() == (6,)
    postgres.run("revoke ql_payee from mia")


@pytest.mark.usefixtures("published")
def test_others_cannot_connect_or_enter(postgres: Cluster) -> None:
    """A role of no group may not connect; let in, it may not enter the schema."""
    postgres.add_login("guest")
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        postgres.connect("guest")
    postgres.run("grant connect on database quotaline to guest")
    with postgres.connect("guest") as guest, pytest.raises(psycopg.errors.InsufficientPrivilege):
        guest.execute(f"select * from {SCHEMA}.dim_periods")


# Reporting lines


def lines_of(postgres: Cluster, workspace: Workspace) -> set[tuple[Any, ...]]:
    settings = workspace.settings.publish.postgres
    assert settings is not None
    with postgres.connect("zoe") as zoe:
        return set(zoe.execute(f"select login, worker_id, depth from {settings.schema_name}.access_line").fetchall())


@pytest.fixture
def workspace(tmp_path: Path, postgres_settings: PostgresSettings) -> Workspace:
    return workspace_in(tmp_path / "by hand", postgres_settings)


def test_lines_go_up_to_the_top_and_pass_over_who_has_left(postgres: Cluster, workspace: Workspace) -> None:
    """mia's last day is the build's day: she sees herself alone, top still sees ann and bob."""
    left = "update marts.dim_workers set termination_date = date '2026-02-28' where worker_id = 'mia'"
    write_publication(workspace, 1, left)
    publish(workspace)
    own = {(login, login, 0) for login in ("top", "mia", "ann", "bob")}
    assert lines_of(postgres, workspace) == own | {("top", "mia", 1), ("top", "ann", 2), ("top", "bob", 2)}


def test_who_leaves_tomorrow_still_leads(postgres: Cluster, workspace: Workspace) -> None:
    leaves = "update marts.dim_workers set termination_date = date '2026-03-01' where worker_id = 'mia'"
    write_publication(workspace, 1, leaves)
    publish(workspace)
    assert ("mia", "ann", 1) in lines_of(postgres, workspace)


def test_a_circle_of_managers_ends(postgres: Cluster, workspace: Workspace) -> None:
    write_publication(workspace, 1, "update marts.dim_workers set manager_worker_id = 'ann' where worker_id = 'top'")
    publish(workspace)
    lines = lines_of(postgres, workspace)
    assert {(login, worker) for login, worker, _ in lines if login == "ann"} == {
        ("ann", worker) for worker in ("ann", "bob", "mia", "top")
    }
    assert ("ann", "ann", 0) in lines


def test_a_person_of_two_workers_sees_both_and_the_run_says_so(postgres: Cluster, workspace: Workspace) -> None:
    (workspace.root / "access.csv").write_text(LOGINS + "ann,bob\n")
    write_publication(workspace, 1)
    (note,) = publish(workspace).notes
    assert note.startswith("access.csv, row 6: the login ann sees the pay of ann, bob; leave it if they are one person")
    assert {("ann", "ann", 0), ("ann", "bob", 0)} <= lines_of(postgres, workspace)


def test_a_payee_sees_their_own_rows_alone_even_if_they_lead_others(postgres: Cluster, workspace: Workspace) -> None:
    """The login ann stands for the manager mia here, and is no member of ql_manager."""
    (workspace.root / "access.csv").write_text("login,worker_id\nann,mia\n")
    write_publication(workspace, 1)
    publish(workspace)
    settings = workspace.settings.publish.postgres
    assert settings is not None
    with postgres.connect("ann") as ann:
        found = ann.execute(f"select worker_id, period_id from {settings.schema_name}.rpt_pay").fetchall()
    assert found == [("mia", "FY2026-M01"), ("mia", "FY2026-M02")]


def test_another_file_of_logins_is_published_for_the_same_build(postgres: Cluster, workspace: Workspace) -> None:
    write_publication(workspace, 1)
    assert publish(workspace).tables == 6
    assert publish(workspace).tables == 0
    (workspace.root / "access.csv").write_text("login,worker_id\nnew,bob\n")
    assert publish(workspace).tables == 6
    assert lines_of(postgres, workspace) == {("new", "bob", 0)}


def test_logins_that_see_nothing_are_told(workspace: Workspace) -> None:
    (workspace.root / "access.csv").write_text(LOGINS + "new,stranger\nnobody,ann\n")
    write_publication(workspace, 1)
    assert publish(workspace).notes == (
        "access.csv, row 6: stranger is no worker of this publication; deliver the worker, or correct worker_id;"
        " until then the login sees nothing",
        "access.csv: nobody is no role in PostgreSQL; create the role, or write the login as in pg_roles",
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("worker_id,login\nann,ann\n", "access.csv: has other columns; begin it with the line: login,worker_id"),
        ("login,worker_id\nann,\n", "access.csv, row 2: is not a login and a worker_id"),
        ("login,worker_id\nann,ann\n bob,bob\n", "access.csv, row 3: is not a login and a worker_id"),
        ("login,worker_id\nann,ann,1\n", "access.csv, row 2: is not a login and a worker_id"),
        ("login,worker_id\nann,ann\nann,ann\n", "access.csv, row 3: is row 2 again"),
        (f"login,worker_id\n{'ä' * 32},ann\n", "access.csv, row 2: the login is over 63 bytes"),
        ("", "access.csv: has other columns"),
        (None, "access.csv: is missing; create it"),
    ],
)
def test_a_wrong_file_of_logins_is_refused(workspace: Workspace, text: str | None, said: str) -> None:
    write_publication(workspace, 1)
    path = workspace.root / "access.csv"
    path.unlink() if text is None else path.write_text(text, encoding="utf-8")
    with pytest.raises(UserError) as refused:
        publish(workspace)
    assert said in str(refused.value)


# Deny by default


def test_a_table_of_which_dbt_says_nothing_is_for_finance(workspace: Workspace, postgres: Cluster) -> None:
    write_access(workspace, {name: access for name, access in ACCESS.items() if name != "rpt_pay"})
    write_publication(workspace, 1)
    publish(workspace)
    settings = workspace.settings.publish.postgres
    assert settings is not None
    found = {}
    for person in ("ann", "zoe"):
        with postgres.connect(person) as connection:
            found[person] = outcome(connection, f"select count(*) from {settings.schema_name}.rpt_pay")
    assert found == {"ann": "InsufficientPrivilege", "zoe": 8}


def test_a_table_without_policies_is_not_swapped_in(
    workspace: Workspace, postgres: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_publication(workspace, 1)
    publish(workspace)
    write_publication(workspace, 2)
    monkeypatch.setitem(postgres_access._POLICIES, "finance", ("grant select on {table} to {finance}",))
    with pytest.raises(GateError, match="rpt_cost: has no row-level security"):
        publish(workspace)
    settings = workspace.settings.publish.postgres
    assert settings is not None
    with postgres.connect("zoe") as zoe:
        assert zoe.execute(f"select build_id from {settings.schema_name}.publication").fetchone() == ("build-1",)
