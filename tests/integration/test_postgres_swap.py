"""The swap in PostgreSQL: under readers of each kind, against another publisher, after a kill, with views of others."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hand_publication import workspace_in, write_publication
from postgres_server import Cluster

from orchestration.problems import UserError
from orchestration.publish import postgres as publisher
from orchestration.publish import postgres_swap
from orchestration.workspace import PROJECT_ROOT, PostgresSettings, Workspace

PAUSE = 0.02  # seconds between two readings of a client, as of a person who clicks fast
# Rows of dim_workers, dim_periods, rpt_pay, rpt_lines and publication that somebody sees.
ROWS = {"ann": 1 + 1 + 2 + 2 + 1, "mia": 3 + 1 + 6 + 6 + 1, "top": 4 + 1 + 8 + 8 + 1, "zoe": 5 + 1 + 8 + 8 + 1}
CLIENTS = [
    ("ann", "plain"),
    ("ann", "prepared"),
    ("mia", "plain"),
    ("mia", "transaction"),
    ("top", "prepared"),
    ("zoe", "plain"),
    ("zoe", "transaction"),
    ("bob", "view"),
]
ALL_TABLES = """
    select count(*), array_agg(distinct build) from (
        select build from {s}.dim_workers union all select build from {s}.dim_periods
        union all select build from {s}.rpt_pay union all select build from {s}.rpt_lines
        union all select split_part(build_id, '-', 2)::integer from {s}.publication) as builds"""


@pytest.fixture
def workspace(tmp_path: Path, postgres_settings: PostgresSettings) -> Workspace:
    made = workspace_in(tmp_path / "by hand", postgres_settings)
    write_publication(made, 1)
    return made


def publish(workspace: Workspace) -> publisher.PostgresPublication:
    settings = workspace.settings.publish.postgres
    assert settings is not None
    return publisher.publish(workspace, settings)


class Reader(threading.Thread):
    """Reads as one of the people, over and over: `plain`, `prepared`, `transaction` (a query a table) or `view`.

    builds: those it has seen. faults: errors, more than one build at a time, rows too few or too many.
    """

    def __init__(self, postgres: Cluster, schema: str, login: str, kind: str, stop: threading.Event) -> None:
        super().__init__(name=f"{login} {kind}")
        self._postgres, self._schema, self._login, self._kind, self._stop_reading = postgres, schema, login, kind, stop
        self.count = 0
        self.builds: set[int] = set()
        self.faults: list[str] = []

    def run(self) -> None:
        try:
            with self._postgres.connect(self._login) as connection:
                while not self._stop_reading.wait(PAUSE):
                    self._read(connection)
        except Exception as error:  # whatever it is, it must not be
            self.faults.append(f"{type(error).__name__}: {error}")

    def _read(self, connection: Any) -> None:
        expected = ROWS.get(self._login, 2)
        if self._kind == "view":
            query = f"select count(*), array_agg(distinct build) from {self._schema}_views.pay"
            rows, builds = connection.execute(query).fetchone()
        elif self._kind == "transaction":
            rows, builds = self._read_each_table(connection)
        else:
            query = ALL_TABLES.format(s=self._schema)
            rows, builds = connection.execute(query, prepare=self._kind == "prepared").fetchone()
        self.count += 1
        self.builds.update(builds)
        if len(builds) != 1 or rows != expected:
            self.faults.append(f"{rows} rows of builds {builds}, not {expected} of one")

    def _read_each_table(self, connection: Any) -> tuple[int, list[int]]:
        rows = 1  # publication's
        builds: set[int] = set()
        with connection.transaction():
            for table in ("dim_periods", "dim_workers", "rpt_lines", "rpt_pay"):
                query = f"select count(*), array_agg(distinct build) from {self._schema}.{table}"
                count, found = connection.execute(query).fetchone()
                self._stop_reading.wait(PAUSE / 4)  # while it looks, the next build would be swapped in
                rows, builds = rows + count, builds | set(found)
        return rows, sorted(builds)


@contextmanager
def reading(postgres: Cluster, schema: str) -> Iterator[list[Reader]]:
    """Eight clients that read until the end of the block."""
    stop = threading.Event()
    readers = [Reader(postgres, schema, login, kind, stop) for login, kind in CLIENTS]
    for reader in readers:
        reader.start()
    try:
        yield readers
    finally:
        stop.set()
        for reader in readers:
            reader.join()


@pytest.fixture
def views(postgres: Cluster, postgres_settings: PostgresSettings, workspace: Workspace) -> Iterator[str]:
    """A schema of analysts over the first publication, with the view `pay`; the publisher may act as they."""
    publish(workspace)
    pay = f"{postgres_settings.schema_name}.rpt_pay"
    schema = f"{postgres_settings.schema_name}_views"
    postgres.run(
        f"""
        create role {schema} in role ql_finance;
        grant {schema} to ql_publisher;
        create schema {schema} authorization {schema};
        grant usage on schema {schema} to ql_payee;
        set role {schema};
        create view {schema}.pay with (security_invoker = true) as select * from {pay};
        comment on view {schema}.pay is 'Ours.';
        grant select on {schema}.pay to ql_payee;
        """
    )
    yield schema
    postgres.run(f"drop schema {schema} cascade; drop owned by {schema}; drop role {schema}")


def published_build(postgres: Cluster, settings: PostgresSettings) -> str:
    with postgres.connect("zoe") as zoe:
        [(build,)] = zoe.execute(f"select build_id from {settings.schema_name}.publication").fetchall()
        return str(build)


@pytest.mark.usefixtures("views")
@pytest.mark.parametrize("swaps", [15, pytest.param(100, marks=pytest.mark.slow)])
def test_no_reader_meets_an_error_or_two_builds(
    postgres: Cluster, postgres_settings: PostgresSettings, workspace: Workspace, swaps: int
) -> None:
    with reading(postgres, postgres_settings.schema_name) as readers:
        for build in range(2, swaps + 2):
            write_publication(workspace, build)
            publish(workspace)
    assert {reader.name: reader.faults for reader in readers if reader.faults} == {}
    assert all(reader.count > swaps and len(reader.builds) > swaps / 2 for reader in readers)
    assert published_build(postgres, postgres_settings) == f"build-{swaps + 1}"


# Views and other things of others


def test_a_view_follows_and_keeps_what_it_was_given(
    postgres: Cluster, postgres_settings: PostgresSettings, workspace: Workspace, views: str
) -> None:
    """Without security_invoker it would show each reader what its owner sees, who is in finance."""
    postgres.run(
        f"set role {views}; create view {views}.of_view as select build from {views}.pay;"
        f"create function {views}.of_text() returns bigint language sql"
        f" as 'select max(build) from {postgres_settings.schema_name}.rpt_pay'"
    )
    write_publication(workspace, 2)
    publish(workspace)
    with postgres.connect("ann") as ann:
        assert ann.execute(f"select worker_id, build from {views}.pay").fetchall() == [("ann", 2), ("ann", 2)]
    with postgres.connect("dba") as dba:
        dba.execute(f"set role {views}")
        assert dba.execute(f"select distinct build from {views}.of_view").fetchall() == [(2,)]
        assert dba.execute(f"select {views}.of_text()").fetchall() == [(2,)]
        assert dba.execute(f"select obj_description('{views}.pay'::regclass)").fetchall() == [("Ours.",)]


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        (
            "create materialized view {v}.all_pay as select * from {s}.rpt_pay",
            r"materialized view \w+\.all_pay depends",
        ),
        (
            "create function {v}.f() returns bigint language sql begin atomic select max(build) from {s}.rpt_pay; end",
            r"function \w+\.f\(\) depends",
        ),
        (
            "create function {v}.f() returns setof {s}.rpt_pay language sql as 'select * from {s}.rpt_pay'",
            "depends on type",
        ),
        ("reset role; create view {s}.theirs as select 1 as one", r"view theirs depends on schema|view \w+\.theirs"),
        (
            "reset role; create view {v}.dbas as select * from {s}.rpt_pay",
            r"view \w+\.dbas of dba: can't be made again",
        ),
    ],
)
def test_what_cannot_follow_is_named_and_not_lost(
    postgres: Cluster,
    postgres_settings: PostgresSettings,
    workspace: Workspace,
    views: str,
    statement: str,
    said: str,
) -> None:
    postgres.run(f"set role {views};" + statement.format(v=views, s=postgres_settings.schema_name))
    write_publication(workspace, 2)
    with pytest.raises(UserError, match=said):
        publish(workspace)
    assert published_build(postgres, postgres_settings) == "build-1"


def test_a_view_of_a_column_that_is_gone_is_named(
    postgres: Cluster, postgres_settings: PostgresSettings, workspace: Workspace, views: str
) -> None:
    write_publication(workspace, 2, "alter table reporting.rpt_pay drop column amount")
    with pytest.raises(UserError, match=rf"view {views}\.pay of {views}: doesn't fit the new tables: .*amount"):
        publish(workspace)
    assert published_build(postgres, postgres_settings) == "build-1"


def test_an_owner_whom_the_publisher_may_not_act_as_is_named(
    postgres: Cluster, workspace: Workspace, views: str
) -> None:
    postgres.run(f"revoke {views} from ql_publisher")
    write_publication(workspace, 2)
    with pytest.raises(UserError, match=f"grant {views} to the publishing role"):
        publish(workspace)


# Readers that stay, publishers that die


def test_a_reader_that_stays_is_named_and_the_last_publication_too(
    postgres: Cluster, postgres_settings: PostgresSettings, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(workspace)
    write_publication(workspace, 2)
    monkeypatch.setattr(postgres_swap, "PATIENCE", 0.3)
    with postgres.connect("ann", application_name="Metabase") as ann:
        with ann.transaction():
            ann.execute(f"select * from {postgres_settings.schema_name}.rpt_pay")
            with pytest.raises(UserError) as refused:
                publish(workspace)
            pid = ann.info.backend_pid
        assert f"session {pid} of ann (Metabase): holds 4 of the published tables in an open transaction" in str(
            refused.value
        )
        assert f"pg_terminate_backend({pid})" in str(refused.value)
        assert published_build(postgres, postgres_settings) == "build-1"
        publish(workspace)
        assert ann.execute(f"select distinct build from {postgres_settings.schema_name}.rpt_pay").fetchall() == [(2,)]


def test_of_two_publishers_one_publishes(
    postgres: Cluster, postgres_settings: PostgresSettings, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second comes while the first is before its swap."""
    refusals: list[str] = []
    swap = postgres_swap.swap

    def swap_after_another_has_come(*arguments: Any) -> None:
        with pytest.raises(UserError) as refused:
            publish(workspace)
        refusals.append(str(refused.value))
        swap(*arguments)

    monkeypatch.setattr(publisher, "swap", swap_after_another_has_come)
    publish(workspace)
    assert len(refusals) == 1
    assert "another publication to" in refusals[0]
    assert published_build(postgres, postgres_settings) == "build-1"


KILLED = """
    import os, signal, sys
    from pathlib import Path
    from hand_publication import workspace_in
    from orchestration.publish import postgres, postgres_swap
    from orchestration.workspace import PostgresSettings, Workspace, WorkspaceSettings

    settings = PostgresSettings.model_validate_json(sys.argv[2])
    workspace = Workspace(Path(sys.argv[1]), WorkspaceSettings(version=1, name="By hand"))
    {module}.{function} = lambda *arguments: os.kill(os.getpid(), signal.SIGKILL)
    postgres.publish(workspace, settings)
    """


@pytest.mark.parametrize(
    ("module", "function"),
    [("postgres", "_compare"), ("postgres", "swap"), ("postgres_swap", "_drop")],
    ids=["after the load", "before the swap", "within the swap"],
)
def test_a_killed_publisher_changes_nothing_and_the_next_one_tidies_up(
    postgres: Cluster, postgres_settings: PostgresSettings, workspace: Workspace, module: str, function: str
) -> None:
    publish(workspace)
    write_publication(workspace, 2)
    code = textwrap.dedent(KILLED.format(module=module, function=function))
    arguments = [str(workspace.root), postgres_settings.model_dump_json(by_alias=True)]
    paths = os.pathsep.join([str(PROJECT_ROOT), str(PROJECT_ROOT / "tests")])
    killed = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env=os.environ | {"PYTHONPATH": paths},
        capture_output=True,
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()
    assert published_build(postgres, postgres_settings) == "build-1"
    assert publish(workspace).tables == 6
    assert published_build(postgres, postgres_settings) == "build-2"
    with postgres.connect("dba") as dba:
        like = f"{postgres_settings.schema_name}%"
        assert dba.execute("select nspname from pg_namespace where nspname like %s", [like]).fetchall() == [
            (postgres_settings.schema_name,)
        ]
