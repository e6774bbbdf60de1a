"""Publication: whole, read-only, of one gated build; or refused, and the last one stays."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
import textwrap
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from small_build import (
    BUILD,
    MARTS,
    NEXT_BUILD,
    TEST,
    make_build,
    small_workspace,
    workspace_in,
    write,
    write_results,
)

from orchestration import builds
from orchestration.ingest.load import ingest
from orchestration.problems import GateError, UserError
from orchestration.publish import store
from orchestration.publish.duckdb_file import DATABASE
from orchestration.quality import gate
from orchestration.workspace import PROJECT_ROOT, Workspace


@pytest.fixture(scope="module")
def gated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a workspace whose first build has passed the gate, and is not published yet."""
    workspace = workspace_in(tmp_path_factory.mktemp("gated") / "my workspace")
    make_build(workspace)
    return workspace.root


@pytest.fixture
def workspace(gated: Path, tmp_path: Path) -> Workspace:
    """A copy of it: the gate takes seconds."""
    return small_workspace(shutil.copytree(gated, tmp_path / "my workspace"))


def current(workspace: Workspace) -> str:
    return (workspace.published / "current").resolve().name


def test_a_publication_holds_every_public_table_with_its_rows_types_and_texts(workspace: Workspace) -> None:
    publication = store.publish(workspace)
    assert publication.rows == {"marts.dim_periods": 1, "reporting.rpt_pay": 3}
    with store.open_publication(workspace) as connection:
        rows = connection.execute("select amount from reporting.rpt_pay order by amount nulls last").fetchall()
        assert rows == [(Decimal("12.34"),), (Decimal("100.05"),), (None,)]
        columns = connection.execute(
            "select column_name, data_type, is_nullable, comment from duckdb_columns() where table_name = 'rpt_pay'"
        ).fetchall()
        assert columns == [
            ("worker_id", "VARCHAR", False, "The worker_id."),
            ("period_id", "VARCHAR", False, "The period_id."),
            ("amount", "DECIMAL(18,2)", True, "The amount."),
        ]
        comment = connection.execute("select comment from duckdb_tables() where table_name = 'rpt_pay'").fetchall()
        assert comment == [("Made by hand: rpt_pay's rows; one row per ['worker_id', 'period_id'].",)]


def test_a_publication_says_what_it_is(workspace: Workspace) -> None:
    store.publish(workspace)
    with store.open_publication(workspace) as connection:
        found = connection.execute("select build_id, tables, rows, checks > 100, load_ids from publication").fetchall()
    loads = ", ".join(builds.read_record(workspace, BUILD).layers["raw"].load_ids)  # type: ignore[union-attr]
    assert found == [(BUILD, 2, 4, True, loads)]
    assert (workspace.published / "current.txt").read_text() == BUILD + "\n"
    manifest = json.loads((workspace.published / "current" / "manifest.json").read_text())
    assert manifest["rows"] == {"marts.dim_periods": 1, "reporting.rpt_pay": 3}
    assert manifest["build_id"] == BUILD


def test_parquet_lies_in_a_folder_a_month_and_holds_the_same_rows(workspace: Workspace) -> None:
    folder = store.publish(workspace).folder
    months = sorted(path.name for path in (folder / "rpt_pay").iterdir())
    assert months == ["period_id=FY2026-M01", "period_id=FY2026-M02"]
    assert [path.name for path in (folder / "dim_periods").iterdir()] == ["dim_periods.parquet"]
    with store.open_publication(workspace) as connection:
        parquet = f"read_parquet('{builds.quoted(folder)}/rpt_pay/*/*.parquet', hive_partitioning = false)"
        differences = connection.execute(f"from {parquet} except all from reporting.rpt_pay").fetchall()
        assert differences == []
        assert connection.execute(f"select count(*) from {parquet}").fetchall() == [(3,)]


def test_only_the_owner_can_read_and_nobody_can_write(workspace: Workspace) -> None:
    folder = store.publish(workspace).folder
    paths = [workspace.published, folder, *folder.rglob("*")]
    assert {stat.S_IMODE(path.stat().st_mode) for path in paths if path.is_dir()} == {0o700}
    assert {stat.S_IMODE(path.stat().st_mode) for path in paths if path.is_file()} == {0o400}
    assert not list(folder.glob("*.wal"))
    (workspace.root / "later").touch()  # the process goes on with its own mask
    assert stat.S_IMODE((workspace.root / "later").stat().st_mode) != 0o600


@pytest.mark.parametrize("layer", ["raw", "dbt", "marts"])
def test_a_build_that_a_layer_has_not_seen_is_refused(workspace: Workspace, layer: builds.Layer) -> None:
    path = builds.record_path(workspace, BUILD)
    record = json.loads(path.read_text())
    del record["layers"][layer]
    path.write_text(json.dumps(record))
    with pytest.raises(GateError, match=f"gate, {layer}: was not run for this build"):
        store.publish(workspace)
    assert not (workspace.published / "current").exists()


@pytest.mark.parametrize("layer", ["raw", "dbt", "marts"])
def test_a_record_with_a_check_left_out_is_refused(workspace: Workspace, layer: builds.Layer) -> None:
    path = builds.record_path(workspace, BUILD)
    record = json.loads(path.read_text())
    left_out = record["layers"][layer]["checks"].pop()
    path.write_text(json.dumps(record))
    with pytest.raises(GateError, match=left_out["name"]):
        store.publish(workspace)


def test_a_failed_check_that_was_turned_to_passed_is_refused_for_its_rows(workspace: Workspace) -> None:
    path = builds.record_path(workspace, BUILD)
    record = json.loads(path.read_text())
    record["layers"]["marts"]["checks"][0] |= {"passed": True, "unexpected_count": 3}
    path.write_text(json.dumps(record))
    with pytest.raises(GateError, match="failed on 3 rows"):
        store.publish(workspace)


def test_another_builds_record_is_no_proof(workspace: Workspace) -> None:
    store.publish(workspace)
    builds.start(workspace, NEXT_BUILD)
    with pytest.raises(GateError, match="has not seen build"):
        store.publish(workspace)
    builds.record_path(workspace, BUILD).parent.rename(workspace.build_records / NEXT_BUILD)
    with pytest.raises(GateError, match=f"is of build {BUILD}"):
        store.publish(workspace)
    assert current(workspace) == BUILD


def test_a_record_that_cannot_be_read_is_refused(workspace: Workspace) -> None:
    builds.record_path(workspace, BUILD).write_text('{"build_id": ')
    with pytest.raises(UserError, match="damaged"):
        store.publish(workspace)


def test_what_was_written_after_the_gate_is_not_published(workspace: Workspace) -> None:
    write(workspace, "update reporting.rpt_pay set amount = 1000000 where worker_id = 'bob'")
    with pytest.raises(GateError, match="written to the warehouse since"):
        store.publish(workspace)


def test_what_was_loaded_after_the_raw_gate_is_not_published(workspace: Workspace) -> None:
    (workspace.sources["canonical"] / "products.csv").write_text("product_id\np1\n", encoding="utf-8")
    ingest(workspace, "canonical")
    builds.start(workspace, BUILD)
    gate.run_marts_gate(workspace, BUILD)
    with pytest.raises(GateError, match="saw other loads than dbt built on"):
        store.publish(workspace)


def test_a_failed_check_of_the_marts_leaves_the_last_publication(workspace: Workspace) -> None:
    store.publish(workspace)
    make_build(workspace, NEXT_BUILD, MARTS + "; insert into reporting.rpt_pay select * from reporting.rpt_pay limit 1")
    with pytest.raises(GateError, match="one_row_per_worker_id_and_period_id failed on 1 rows"):
        store.publish(workspace)
    assert current(workspace) == BUILD


def test_a_failed_test_of_dbt_leaves_the_last_publication(workspace: Workspace) -> None:
    store.publish(workspace)
    results = json.loads((workspace.dbt_target / "run_results.json").read_text())["results"]
    changed = [
        result | {"status": "fail", "failures": 2} if result["unique_id"] == TEST else result for result in results
    ]
    write_results(workspace, changed)
    make_build(workspace, NEXT_BUILD)
    with pytest.raises(GateError, match="not_null_rpt_pay_worker_id failed on 2 rows"):
        store.publish(workspace)
    assert current(workspace) == BUILD


def test_exposures_which_dbt_lists_among_its_results_are_no_checks(workspace: Workspace) -> None:
    results = json.loads((workspace.dbt_target / "run_results.json").read_text())["results"]
    write_results(workspace, [*results, {"unique_id": "exposure.quotaline.published_duckdb", "status": "no-op"}])
    make_build(workspace, NEXT_BUILD)
    assert store.publish(workspace).build.build_id == NEXT_BUILD


@pytest.mark.parametrize("dies_in", ["finish", "write_parquet", "_flip"])
def test_a_publisher_killed_before_the_flip_leaves_the_old_build_and_the_next_one_cleans_up(
    workspace: Workspace, dies_in: str
) -> None:
    store.publish(workspace)
    make_build(workspace, NEXT_BUILD, MARTS.replace("12.34", "56.78"))
    script = f"""
        import os
        from orchestration.publish import store
        from small_build import Path, small_workspace
        store.{dies_in} = lambda *_: os._exit(9)
        store.publish(small_workspace(Path({str(workspace.root)!r})))
        """
    path = os.pathsep.join([str(PROJECT_ROOT), str(PROJECT_ROOT / "tests")])
    killed = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)], env=os.environ | {"PYTHONPATH": path}, check=False
    )
    assert killed.returncode == 9
    assert current(workspace) == BUILD
    assert _bobs_pay(workspace) == Decimal("12.34")
    store.publish(workspace)
    assert _bobs_pay(workspace) == Decimal("56.78")
    names = sorted(path.name for path in (workspace.published / "builds").iterdir())
    assert names == [BUILD, NEXT_BUILD]


def test_a_reader_keeps_its_build_and_the_next_one_sees_the_new(workspace: Workspace) -> None:
    store.publish(workspace)
    with store.open_publication(workspace) as reader:
        make_build(workspace, NEXT_BUILD, MARTS.replace("12.34", "56.78"))
        store.publish(workspace)
        query = "select amount from reporting.rpt_pay where worker_id = 'bob'"
        assert reader.execute(query).fetchall() == [(Decimal("12.34"),)]
        assert _bobs_pay(workspace) == Decimal("56.78")


def test_publishing_a_build_again_changes_nothing(workspace: Workspace) -> None:
    first = store.publish(workspace)
    before = (first.folder / "manifest.json").read_bytes()
    assert store.publish(workspace) == first
    assert (first.folder / "manifest.json").read_bytes() == before


def test_the_last_three_builds_stay(workspace: Workspace) -> None:
    names = [f"2026112{day}T051530Z-1a2b3c4d" for day in range(5, 10)]
    for name in names:
        make_build(workspace, name)
        store.publish(workspace)
    assert sorted(path.name for path in (workspace.published / "builds").iterdir()) == names[-3:]


def test_readers_are_told_when_nothing_is_published(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="Nothing is published"), store.open_publication(workspace_in(tmp_path / "w")):
        pass


def test_a_warehouse_without_a_build_is_refused(workspace: Workspace) -> None:
    write(workspace, "drop table quotaline.build")
    with pytest.raises(GateError, match="names no build"):
        store.publish(workspace)


def test_a_published_file_cannot_be_opened_for_writing(workspace: Workspace) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may write whatever its mode is")
    folder = store.publish(workspace).folder
    with pytest.raises(duckdb.IOException, match="Permission denied"):
        duckdb.connect(str(folder / DATABASE))


def _bobs_pay(workspace: Workspace) -> object:
    with store.open_publication(workspace) as connection:
        row = connection.execute("select amount from reporting.rpt_pay where worker_id = 'bob'").fetchone()
    assert row is not None
    return row[0]
