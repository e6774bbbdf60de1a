"""PostgreSQL publications: the same rows, types and texts; whole or not at all; told in words when they can't be."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from hand_publication import workspace_in, write_publication
from postgres_server import Cluster

from orchestration.problems import UserError
from orchestration.publish import postgres as publisher
from orchestration.publish.assets import postgres_assets
from orchestration.publish.store import open_publication
from orchestration.workspace import PostgresSettings, Workspace

# What is easily lost: cents below zero, digits of any scale, NULL or '', microseconds, old dates.
AWKWARD = """
    create table reporting.rpt_awkward as select * from (values
        ('cents', -0.01::decimal(18,2), -0.000001::decimal(18,6), -0.0000000001::decimal(18,10), null::text, '',
            timestamp '2026-02-28 23:59:59.999999', date '1899-12-31', true, -1::smallint, -1::bigint, 0.1::double),
        ('large', 9999999999999999.99, 999999999999.999999, 99999999.9999999999, '', null,
            timestamp '1899-12-31 00:00:00', date '9999-12-31', false, 32767, 9223372036854775807, 1e300),
        ('small', -9999999999999999.99, -999999999999.999999, -99999999.9999999999, 'Zoë ''"\\%', e'two\\nlines\\t',
            null, null, null, -32768, -9223372036854775808, null),
        ('round', 100.00, 10000, 99999999.0, 'NULL', '\\N', timestamp '2000-01-01', date '2000-02-29', true, 0, 0, 0),
        ('empty', null, null, null, null, null, null, null, null, null, null, null)
    ) as awkward (row_id, d2, d6, d10, text_1, text_2, moment, day, flag, small, large, float);
    create table reporting.rpt_scales as select
        {scales};
    create table reporting.rpt_empty (worker_id text, amount decimal(18,2));
    """


def scales() -> str:
    """A positive and a negative number of 20 digits for each scale that a decimal can have; a small one too."""
    columns = []
    for scale in range(39):
        for name, number in (("p", "12345678901234567890"), ("n", "-10000200030004000"), ("s", "-1")):
            digits = number.lstrip("-").rjust(scale + 1, "0")[-38:]
            text = f"{digits[: len(digits) - scale]}.{digits[len(digits) - scale :]}".rstrip(".")
            if len(text.replace(".", "")) <= 38:
                columns.append(f"'{'-' if number[0] == '-' else ''}{text}'::decimal(38,{scale}) as {name}{scale}")
    return ", ".join(columns)


@pytest.fixture
def workspace(tmp_path: Path, postgres_settings: PostgresSettings) -> Workspace:
    """A workspace whose first build is published to its folder."""
    made = workspace_in(tmp_path / "by hand", postgres_settings)
    write_publication(made, 1)
    return made


def publish(workspace: Workspace, settings: PostgresSettings | None = None) -> publisher.PostgresPublication:
    settings = settings or workspace.settings.publish.postgres
    assert settings is not None
    return publisher.publish(workspace, settings)


def read(postgres: Cluster, settings: PostgresSettings, query: str, user: str = "zoe") -> list[tuple[Any, ...]]:
    """What somebody, here finance, finds in the published schema."""
    with postgres.connect(user, options=f"-c search_path={settings.schema_name}") as connection:
        return connection.execute(query).fetchall()


def test_awkward_values_arrive_as_they_were(
    postgres: Cluster, postgres_settings: PostgresSettings, workspace: Workspace
) -> None:
    write_publication(workspace, 2, AWKWARD.format(scales=scales()))
    publish(workspace)
    for table in ("rpt_awkward", "rpt_scales", "rpt_empty"):
        with open_publication(workspace) as local:
            expected = local.execute(f"select * from reporting.{table}").fetchall()
        found = read(postgres, postgres_settings, f"select * from {table}")
        assert sorted(map(repr, found)) == sorted(map(repr, expected))
    assert read(postgres, postgres_settings, "select d2 from rpt_awkward where row_id = 'cents'") == [
        (Decimal("-0.01"),)
    ]
    nothing = read(
        postgres, postgres_settings, "select text_1 is null, text_2 is null from rpt_awkward where row_id = 'cents'"
    )
    assert nothing == [(True, False)]


def test_types_are_those_of_the_publication(
    postgres: Cluster, postgres_settings: PostgresSettings, workspace: Workspace
) -> None:
    write_publication(workspace, 2, AWKWARD.format(scales=scales()))
    publish(workspace)
    types = read(
        postgres,
        postgres_settings,
        "select attname, format_type(atttypid, atttypmod) from pg_attribute"
        " where attrelid = 'rpt_awkward'::regclass and attnum > 0 order by attnum",
    )
    assert dict(types) == {
        "row_id": "text", "d2": "numeric(18,2)", "d6": "numeric(18,6)", "d10": "numeric(18,10)", "text_1": "text",
        "text_2": "text", "moment": "timestamp without time zone", "day": "date", "flag": "boolean",
            "small": "smallint", "large": "bigint", "float": "double precision",
    }  # fmt: skip


def test_the_whole_company_arrives_row_by_row_with_its_texts(
    nordlicht: Workspace, postgres: Cluster, postgres_settings: PostgresSettings
) -> None:
    """Nordlicht, really built and gated: each table, each value, each comment, what is never null."""
    (nordlicht.root / "access.csv").write_text("login,worker_id\nann,ann\nmia,max\n", encoding="utf-8")
    done = publish(nordlicht, postgres_settings)
    with open_publication(nordlicht) as local:
        tables = local.execute("select schema_name, table_name, comment from duckdb_tables()").fetchall()
        assert done.tables == len(tables) > 37
        for schema, table, comment in tables:
            columns = local.execute(
                "select column_name, not is_nullable, comment from duckdb_columns()"
                " where schema_name = ? and table_name = ? order by column_index",
                [schema, table],
            ).fetchall()
            names = ", ".join(f'"{name}"' for name, _, _ in columns)
            expected = local.execute(f"select {names} from {schema}.{table}").fetchall()
            found = read(postgres, postgres_settings, f"select {names} from {table}")
            assert sorted(map(repr, found)) == sorted(map(repr, expected)), table
            texts = read(
                postgres,
                postgres_settings,
                "select attname, attnotnull, col_description(attrelid, attnum) from pg_attribute"
                f" where attrelid = '{table}'::regclass and attnum > 0 and attname <> 'access_sha256' order by attnum",
            )
            assert texts == columns
            assert read(postgres, postgres_settings, f"select obj_description('{table}'::regclass)") == [(comment,)]
    silent = (
        "select relname, attname from pg_class inner join pg_attribute on attrelid = pg_class.oid where attnum > 0"
        f" and relkind = 'r' and relnamespace = '{postgres_settings.schema_name}'::regnamespace"
        " and (obj_description(attrelid) is null or col_description(attrelid, attnum) is null)"
    )
    assert read(postgres, postgres_settings, silent) == []


def test_nordlicht_pays_ann_by_hand_and_shows_it_to_her_and_to_max(
    nordlicht: Workspace, postgres: Cluster, postgres_settings: PostgresSettings
) -> None:
    """1,085.50 EUR in March (hand_company.py); ann sees hers alone, max, here by the login mia, his team's."""
    (nordlicht.root / "access.csv").write_text("login,worker_id\nann,ann\nmia,max\n", encoding="utf-8")
    publish(nordlicht, postgres_settings)
    query = "select sum(payroll_amount) from fct_payouts where worker_id = 'ann' and pay_period_id = 'FY2026-M03'"
    people = "select distinct worker_id from fct_payouts order by worker_id"
    assert read(postgres, postgres_settings, query, "ann") == [(Decimal("1085.50"),)]
    assert read(postgres, postgres_settings, people, "ann") == [("ann",)]
    assert read(postgres, postgres_settings, people, "mia") == [("ann",), ("bob",), ("max",)]
    assert read(postgres, postgres_settings, people, "new") == []


def test_indexes_serve_policies_and_lines(
    postgres: Cluster, postgres_settings: PostgresSettings, workspace: Workspace
) -> None:
    publish(workspace)
    found = read(
        postgres,
        postgres_settings,
        "select tablename, split_part(indexdef, 'btree ', 2) from pg_indexes"
        f" where schemaname = '{postgres_settings.schema_name}' order by 1, 2",
    )
    assert found == [
        ("access_line", "(login, worker_id)"),
        ("dim_workers", "(worker_id)"),
        ("rpt_lines", "(line_id)"),
        ("rpt_lines", "(worker_id)"),
        ("rpt_pay", "(worker_id, period_id)"),
    ]


def test_the_same_build_is_published_once(
    postgres: Cluster, postgres_settings: PostgresSettings, workspace: Workspace
) -> None:
    assert publish(workspace).tables == 6
    before = read(postgres, postgres_settings, "select 'rpt_pay'::regclass::oid")
    assert publish(workspace).tables == 0
    assert read(postgres, postgres_settings, "select 'rpt_pay'::regclass::oid") == before


def test_a_load_that_lost_something_is_not_published(
    postgres: Cluster, postgres_settings: PostgresSettings, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each kind of loss, one after the other: a row, a sum, a value."""
    publish(workspace)
    write_publication(workspace, 2)
    load = publisher._load
    losses = {
        "delete from {}.rpt_pay where worker_id = 'ann' and period_id = 'FY2026-M01'": r"rpt_pay differs .*count\(\*\)",
        "update {}.rpt_pay set amount = amount * 10 where worker_id = 'ann'": r'rpt_pay differs .*: sum\("amount"\)',
        "update {}.rpt_lines set line_id = null": r'rpt_lines differs .*: count\("line_id"\)',
    }
    for statement, said in losses.items():

        def lossy(*arguments: Any, statement: str = statement) -> None:
            load(*arguments)
            postgres.run(statement.format(f"{postgres_settings.schema_name}_next"))

        monkeypatch.setattr(publisher, "_load", lossy)
        with pytest.raises(RuntimeError, match=said):
            publish(workspace)
        assert read(postgres, postgres_settings, "select build_id from publication") == [("build-1",)]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (
            "create table reporting.rpt_nul as select 'a' || chr(0) as text",
            "rpt_nul: holds a text with a NUL character",
        ),
        ("create table reporting.rpt_list as select [1] as several", r"rpt_list\.several is INTEGER\[\]"),
        (
            "create table reporting.rpt_sum as select sum(x) as total from range(3) as r (x)",
            r"rpt_sum\.total is HUGEINT",
        ),
    ],
)
def test_what_postgresql_cannot_hold_is_said(
    postgres: Cluster, postgres_settings: PostgresSettings, workspace: Workspace, more: str, said: str
) -> None:
    publish(workspace)
    write_publication(workspace, 2, more)
    with pytest.raises((UserError, RuntimeError)) as refused:
        publish(workspace)
    assert re.search(said, str(refused.value))
    assert read(postgres, postgres_settings, "select build_id from publication") == [("build-1",)]


# In Dagster


def test_dagster_shows_what_was_published_and_who_sees_nothing(workspace: Workspace) -> None:
    (workspace.root / "access.csv").write_text("login,worker_id\nann,stranger\n", encoding="utf-8")
    with dg.DagsterInstance.ephemeral() as instance:
        result = dg.materialize(postgres_assets(workspace), instance=instance)
        [made] = result.asset_materializations_for_node("published_postgres")
        logged = [record.user_message for record in instance.all_logs(result.run_id)]
    assert made.metadata["build_id"].value == "build-1"
    assert made.metadata["tables"].value == 6
    said = "access.csv, row 2: stranger is no worker of this publication"
    assert any(said in message for message in logged)
    assert str(made.metadata["notes"].value).startswith(said)  # from where `quotaline run` tells it


def test_a_failure_is_told_in_dagster_without_the_password(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPASSWORD", "not-the-password")
    with dg.DagsterInstance.ephemeral() as instance:
        result = dg.materialize(postgres_assets(workspace), instance=instance, raise_on_error=False)
        logged = repr(instance.all_logs(result.run_id))
    assert not result.success
    assert "password authentication failed" in logged
    assert "not-the-password" not in logged


# Set-up


def test_a_superuser_may_not_publish(workspace: Workspace, postgres_settings: PostgresSettings) -> None:
    settings = postgres_settings.model_copy(update={"user": "dba"})
    with pytest.raises(UserError, match="dba is a superuser: row-level security doesn't hold it"):
        publish(workspace, settings)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("alter role ql_publisher bypassrls", "alter role ql_publisher nobypassrls", "ql_publisher is BYPASSRLS"),
        (
            "alter role ql_publisher inherit; grant ql_finance to ql_publisher",
            "revoke ql_finance from ql_publisher; alter role ql_publisher noinherit",
            "ql_publisher has the rights of ql_finance; revoke ql_finance from ql_publisher",
        ),
        (
            "revoke create on database quotaline from ql_publisher",
            "grant create on database quotaline to ql_publisher",
            "ql_publisher may not create schemas; grant create on database quotaline to ql_publisher",
        ),
        ("alter role ql_payee rename to x", "alter role x rename to ql_payee", "ql_payee does not exist; create role"),
    ],
)
def test_a_wrong_set_up_is_told_with_its_remedy(
    workspace: Workspace, postgres: Cluster, before: str, after: str, said: str
) -> None:
    postgres.run(before)
    try:
        with pytest.raises(UserError, match=said):
            publish(workspace)
    finally:
        postgres.run(after)


def test_a_schema_of_somebody_else_is_left_alone(
    workspace: Workspace, postgres: Cluster, postgres_settings: PostgresSettings
) -> None:
    schema = postgres_settings.schema_name
    for owner in ("dba", "ql_publisher"):
        postgres.run(f"create schema {schema} authorization {owner}; create table {schema}.theirs as select 1 as one")
        with pytest.raises(UserError, match=f"the schema {schema} holds something else"):
            publish(workspace)
        postgres.run(f"drop schema {schema} cascade")


def test_a_wrong_password_is_told_and_not_printed(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGPASSWORD", "not-the-password")
    with pytest.raises(UserError) as refused:
        publish(workspace)
    assert "password authentication failed" in str(refused.value)
    assert "correct PGPASSWORD" in str(refused.value)
    assert "not-the-password" not in str(refused.value)
    assert refused.value.__suppress_context__


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"port": 1}, "onnection refused.*; start the server, or correct host and port"),
        ({"database": "nowhere"}, "permission denied|does not exist; make it as docs/postgresql.md says"),
        ({"user": "stranger"}, "password|correct"),
    ],
)
def test_a_server_that_cannot_be_reached_is_told(
    workspace: Workspace, postgres_settings: PostgresSettings, change: dict[str, Any], said: str
) -> None:
    with pytest.raises(UserError, match=said):
        publish(workspace, postgres_settings.model_copy(update=change))
