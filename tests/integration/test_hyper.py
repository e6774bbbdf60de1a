"""Tableau's Hyper file: the DuckDB file's tables, types and values, in the same publication or not at all."""

from __future__ import annotations

import importlib.util
import os
import shutil
import stat
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import pytest
from small_build import BUILD, MARTS, NEXT_BUILD, make_build, small_workspace, workspace_in

from orchestration.ledger.verify import verify
from orchestration.problems import UserError
from orchestration.publish import hyper, store
from orchestration.publish.assets import publication_assets
from orchestration.publish.duckdb_file import DATABASE
from orchestration.publish.parquet import write_parquet
from orchestration.published_tables import PublishedColumn, PublishedTable
from orchestration.workspace import PROJECT_ROOT, PublishSettings, Workspace

pytest.importorskip("tableauhyperapi", reason="on Linux there is a wheel for x86-64 only")

BOBS_PAY = "select amount from reporting.rpt_pay where worker_id = 'bob'"

ODD = """
    create schema marts; create schema reporting;
    create table marts.dim_none (account_id varchar not null, is_open boolean);
    create table marts.fct_none (period_id varchar not null, amount decimal(18,2), row_number bigint);
    create table reporting.rpt_odd (
        period_id varchar not null, amount decimal(18,2), share decimal(18,8), large decimal(38,2), paid_on date,
        name varchar, is_paid boolean, number integer, row_number bigint
    );
    insert into reporting.rpt_odd values
        ('FY2026-M01', -0.01, -0.00000001, 123456789012345678901234567890.12, '1899-12-30', '', true, -1,
            9007199254740993),
        ('FY2026-M01', -0.05, 0.1, -0.05, '2026-02-28', 'Åsa O''Neill', false, 2147483647, null),
        ('FY2026-M02', 9999999999999999.99, -9999999999.99999999, 0, '9999-12-31', null, null, 0, -1),
        ('FY2026-M02', null, null, null, null, 'NULL', true, null, 0);
    create table publication as
        select 'a-build' as build_id, 3::integer as tables, timestamp '2026-11-25 05:15:30' as published_at;
    """


def with_hyper(root: Path) -> Workspace:
    plain = small_workspace(root)
    return Workspace(root, plain.settings.model_copy(update={"publish": PublishSettings(hyper=True)}))


@pytest.fixture(scope="module")
def gated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a workspace whose first build has passed the gate, and is not published yet."""
    workspace = workspace_in(tmp_path_factory.mktemp("gated") / "my workspace")
    make_build(workspace)
    return workspace.root


@pytest.fixture
def workspace(gated: Path, tmp_path: Path) -> Workspace:
    return with_hyper(shutil.copytree(gated, tmp_path / "my workspace"))


@pytest.fixture
def odd(tmp_path: Path) -> Path:
    """A folder as the publisher leaves it before Hyper: a DuckDB file of odd values, and its Parquet."""
    folder = tmp_path / "Ann's folder"
    folder.mkdir()
    with duckdb.connect(str(folder / DATABASE)) as connection:
        connection.execute(ODD)
    write_parquet(folder, folder / DATABASE, tables_of(folder))
    return folder


def tables_of(folder: Path) -> tuple[PublishedTable, ...]:
    with duckdb.connect(str(folder / DATABASE), read_only=True) as connection:
        names = ("dim_none", "fct_none", "rpt_odd")
        found = {
            name: connection.execute(
                "select column_name, not is_nullable from duckdb_columns() where table_name = ?", [name]
            ).fetchall()
            for name in names
        }
    return tuple(
        PublishedTable(name, "", "", tuple(PublishedColumn(column, "", required) for column, required in columns), ())
        for name, columns in found.items()
    )


@contextmanager
def reader(path: Path) -> Iterator[Any]:
    """A connection to the file by a Hyper process of its own."""
    from tableauhyperapi import Connection, CreateMode, HyperProcess, Telemetry

    with (
        HyperProcess(Telemetry.DO_NOT_SEND_USAGE_DATA_TO_TABLEAU, parameters={"log_config": ""}) as server,
        Connection(server.endpoint, path, CreateMode.NONE, parameters=hyper.READ_ONLY) as connection,
    ):
        yield connection


def current(workspace: Workspace) -> Path:
    return (workspace.published / "current").resolve()


def bobs_pay(workspace: Workspace) -> Any:
    with reader(current(workspace) / hyper.HYPER) as connection:
        return connection.execute_scalar_query(BOBS_PAY)


def test_negative_cents_big_decimals_dates_and_empty_texts_are_read_back_as_they_were(odd: Path) -> None:
    hyper.write_hyper(odd, odd / DATABASE, tables_of(odd))
    with reader(odd / hyper.HYPER) as connection:
        query = "select * from reporting.rpt_odd order by period_id, amount desc nulls last"
        rows = connection.execute_list_query(query)
    values = [[value.to_date() if type(value).__name__ == "Date" else value for value in row] for row in rows]
    assert values == [
        ["FY2026-M01", Decimal("-0.01"), Decimal("-0.00000001"), Decimal("123456789012345678901234567890.12"),
         date(1899, 12, 30), "", True, -1, 9007199254740993],
        ["FY2026-M01", Decimal("-0.05"), Decimal("0.1"), Decimal("-0.05"),
         date(2026, 2, 28), "Åsa O'Neill", False, 2147483647, None],
        ["FY2026-M02", Decimal("9999999999999999.99"), Decimal("-9999999999.99999999"), Decimal("0.00"),
         date(9999, 12, 31), None, None, 0, -1],
        ["FY2026-M02", None, None, None, None, "NULL", True, None, 0],
    ]  # fmt: skip


def test_every_table_has_its_types_and_its_columns_that_are_never_empty_also_where_it_has_no_row(odd: Path) -> None:
    hyper.write_hyper(odd, odd / DATABASE, tables_of(odd))
    assert not list((odd / "fct_none").rglob("*.parquet"))
    with reader(odd / hyper.HYPER) as connection:
        found = {
            str(name).replace('"', ""): [
                f"{column.name.unescaped} {column.type} {column.nullability.name}"
                for column in connection.catalog.get_table_definition(name).columns
            ]
            for schema in ("marts", "reporting")
            for name in connection.catalog.get_table_names(schema)
        }
        build = connection.execute_list_query("select build_id, tables from public.publication")
    assert found == {
        "marts.dim_none": ["account_id TEXT NOT_NULLABLE", "is_open BOOL NULLABLE"],
        "marts.fct_none": [
            "period_id TEXT NOT_NULLABLE",
            "amount NUMERIC(18, 2) NULLABLE",
            "row_number BIG_INT NULLABLE",
        ],
        "reporting.rpt_odd": [
            "period_id TEXT NOT_NULLABLE",
            "amount NUMERIC(18, 2) NULLABLE",
            "share NUMERIC(18, 8) NULLABLE",
            "large NUMERIC(38, 2) NULLABLE",
            "paid_on DATE NULLABLE",
            "name TEXT NULLABLE",
            "is_paid BOOL NULLABLE",
            "number INT NULLABLE",
            "row_number BIG_INT NULLABLE",
        ],
    }
    assert build == [["a-build", 3]]


@pytest.mark.parametrize(
    "change",
    [
        "(select * from reporting.rpt_odd where amount = -0.01)",
        "(select * replace (-amount as amount) from reporting.rpt_odd where period_id = 'FY2026-M01')",
        "(select * replace (nullif(name, '') as name) from reporting.rpt_odd where period_id = 'FY2026-M01')",
    ],
)
def test_a_file_with_other_rows_sums_or_values_than_duckdbs_is_no_publication(odd: Path, change: str) -> None:
    month = next((odd / "rpt_odd" / "period_id=FY2026-M01").iterdir())
    with duckdb.connect(str(odd / DATABASE), read_only=True) as connection:
        connection.execute(f"copy {change} to '{str(month).replace(chr(39), chr(39) * 2)}' (format parquet)")
    with pytest.raises(RuntimeError, match=r"other rows or sums of reporting\.rpt_odd"):
        hyper.write_hyper(odd, odd / DATABASE, tables_of(odd))


def test_it_lies_in_the_publication_readable_by_its_owner_only_and_leaves_no_log(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    folder = store.publish(workspace).folder
    assert stat.S_IMODE((folder / hyper.HYPER).stat().st_mode) == 0o400
    assert (current(workspace), bobs_pay(workspace)) == (folder, Decimal("12.34"))
    with reader(folder / hyper.HYPER) as connection:
        assert connection.execute_scalar_query("select build_id from public.publication") == BUILD
        checks = connection.execute_list_query("select verdict, count(*) from public.publication_checks group by 1")
        assert checks == [["passed", connection.execute_scalar_query("select checks from public.publication")]]
    assert not list((tmp_path / "here").iterdir())
    assert not list(workspace.root.rglob("hyperd*"))


def test_without_the_setting_there_is_none(workspace: Workspace) -> None:
    folder = store.publish(small_workspace(workspace.root)).folder
    assert not (folder / hyper.HYPER).exists()


def test_asked_for_later_it_comes_in_a_new_folder_and_the_old_one_is_not_touched(workspace: Workspace) -> None:
    before = store.publish(small_workspace(workspace.root)).folder
    held = {path: path.stat().st_mtime_ns for path in [before, *before.rglob("*")]}
    after = store.publish(workspace).folder
    assert (before.name, after.name, current(workspace)) == (BUILD, f"{BUILD}.2", after)
    assert {path: path.stat().st_mtime_ns for path in [before, *before.rglob("*")]} == held
    assert bobs_pay(workspace) == Decimal("12.34")
    assert (workspace.published / "current.txt").read_text() == f"{BUILD}.2\n"
    assert store.publish(workspace).folder == after  # and never again
    assert not any("not compared" in note for note in verify(workspace).notes)  # it is this build still


@pytest.mark.parametrize("dies_in", ["_fill", "_compare"])
def test_killed_half_way_it_leaves_the_old_build_and_the_next_publication_cleans_up(
    workspace: Workspace, dies_in: str
) -> None:
    store.publish(workspace)
    make_build(workspace, NEXT_BUILD, MARTS.replace("12.34", "56.78"))
    script = f"""
        import os
        from pathlib import Path
        from orchestration.publish import hyper, store
        from test_hyper import with_hyper
        hyper.{dies_in} = lambda *_: os._exit(9)
        store.publish(with_hyper(Path({str(workspace.root)!r})))
        """
    path = os.pathsep.join(str(PROJECT_ROOT / name) for name in ("", "tests", "tests/integration"))
    killed = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)], env=os.environ | {"PYTHONPATH": path}, check=False
    )
    assert killed.returncode == 9
    assert (current(workspace).name, bobs_pay(workspace)) == (BUILD, Decimal("12.34"))
    store.publish(workspace)
    assert bobs_pay(workspace) == Decimal("56.78")
    assert sorted(path.name for path in (workspace.published / "builds").iterdir()) == [BUILD, NEXT_BUILD]


def test_a_reader_keeps_its_build_and_the_next_one_sees_the_new(workspace: Workspace) -> None:
    store.publish(workspace)
    with reader(current(workspace) / hyper.HYPER) as held:
        make_build(workspace, NEXT_BUILD, MARTS.replace("12.34", "56.78"))
        store.publish(workspace)
        assert held.execute_scalar_query(BOBS_PAY) == Decimal("12.34")
        assert bobs_pay(workspace) == Decimal("56.78")


def test_a_missing_package_is_told_before_anything_is_written(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(UserError, match="pip install tableauhyperapi"):
        store.publish(workspace)
    with pytest.raises(UserError, match="pip install tableauhyperapi"):
        publication_assets(workspace, [])
    assert not workspace.published.exists()


def test_it_is_an_asset_where_it_is_asked_for(workspace: Workspace) -> None:
    stores = {dg.AssetKey(["published_duckdb"]), dg.AssetKey(["published_parquet"])}
    assert publication_assets(small_workspace(workspace.root), []).keys == stores
    assert publication_assets(workspace, []).keys == {*stores, dg.AssetKey(["published_hyper"])}
