"""The gate: a check that fails stops what follows, in the very job that production runs, and says which rows."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
from small_build import BUILD, make_build, small_workspace, workspace_in, write

from orchestration import builds, transform
from orchestration.builds import CheckResult
from orchestration.definitions import JOB, workspace_definitions
from orchestration.quality import engine, gate
from orchestration.quality.suite import Checked
from orchestration.workspace import Workspace

EVENTS = "event_id,event_date,amount,currency\nt1,2026-01-10,100.00,USD\nt2,2026-01-11,50.00,USD\n"


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a workspace with a build that has passed the gate, and two sales events."""
    workspace = workspace_in(tmp_path_factory.mktemp("loaded") / "workspace")
    (workspace.sources["canonical"] / "sales_events.csv").write_text(EVENTS, encoding="utf-8")
    make_build(workspace)
    return workspace.root


@pytest.fixture
def workspace(loaded: Path, tmp_path: Path) -> Workspace:
    return small_workspace(shutil.copytree(loaded, tmp_path / "workspace"))


def failed(workspace: Workspace, layer: str) -> list[CheckResult]:
    """Runs a layer's suite; the checks that failed, by table and name."""
    record = (gate.run_raw_gate if layer == "raw" else gate.run_marts_gate)(workspace, "another-build")
    return sorted(record.failed, key=lambda check: (check.table, check.name))


def test_every_declared_check_is_run_and_recorded(workspace: Workspace) -> None:
    record = builds.read_record(workspace, BUILD)
    assert record is not None
    ran = [
        (check.table, check.name) for layer in builds.LAYERS if layer != "dbt" for check in record.layers[layer].checks
    ]
    assert ran == [(check.table, check.name) for check in gate.checks(workspace)]
    assert all(check.passed for layer in record.layers.values() for check in layer.checks)


def test_an_implausible_date_is_named_by_its_key_file_and_row(workspace: Workspace) -> None:
    write(workspace, "update raw_canonical.sales_events set event_date = date '0026-01-11' where event_id = 't2'")
    (check,) = failed(workspace, "raw")
    assert (check.table, check.name) == ("raw_canonical.sales_events", "event_date_is_plausible")
    assert check.unexpected_count == 1
    assert check.failing_rows == ({"event_id": "t2", "_file": "sales_events.csv", "_row_number": 3},)


def test_rows_lost_after_loading_are_noticed(workspace: Workspace) -> None:
    write(workspace, "delete from raw_canonical.sales_events where event_id = 't2'")
    (check,) = failed(workspace, "raw")
    assert check.name == "each_file_is_loaded_whole"
    assert check.failing_rows[0]["file"] == "sales_events.csv"


def test_a_missing_column_is_named_and_what_needs_it_fails_too(workspace: Workspace) -> None:
    write(workspace, "alter table raw_canonical.workers drop column worker_name")
    (check,) = failed(workspace, "raw")
    assert check.name == "has_its_columns"
    assert check.failing_rows == ({"column_name": "worker_name", "problem": "missing"},)


def test_a_table_that_is_gone_fails_all_of_its_checks(workspace: Workspace) -> None:
    write(workspace, "drop table raw_canonical.draws")
    declared = [check for check in gate.raw_suite(workspace) if check.table == "raw_canonical.draws"]
    not_about_rows = {"delivered_rows_are_not_all_lost"}
    assert {check.name for check in failed(workspace, "raw")} == {check.name for check in declared} - not_about_rows


def test_a_mart_with_a_column_more_fails(workspace: Workspace) -> None:
    write(workspace, "alter table reporting.rpt_pay add column bonus integer")
    (check,) = failed(workspace, "marts")
    assert check.failing_rows == ({"column_name": "bonus", "problem": "not in the contract"},)


def test_repeated_keys_and_missing_keys_are_named_without_amounts(workspace: Workspace) -> None:
    write(workspace, "insert into reporting.rpt_pay values ('ann', 'FY2026-M01', 7), (null, 'FY2026-M03', 8)")
    never_null, unique = failed(workspace, "marts")[::-1][:2][::-1]
    checks = {check.name: check for check in (never_null, unique)}
    assert checks["one_row_per_worker_id_and_period_id"].failing_rows == (
        {"worker_id": "ann", "period_id": "FY2026-M01"},
    )
    assert checks["worker_id_is_never_null"].failing_rows == ({"worker_id": None, "period_id": "FY2026-M03"},)


def test_an_empty_calendar_fails(workspace: Workspace) -> None:
    write(workspace, "delete from core.dim_periods")
    assert [check.name for check in failed(workspace, "marts")] == ["has_rows"]


def test_many_failing_rows_are_counted_and_a_few_named(workspace: Workspace) -> None:
    write(workspace, "insert into reporting.rpt_pay select null, 'FY2026-M05', i from range(30) as numbers (i)")
    checks = {check.name: check for check in failed(workspace, "marts")}
    assert checks["worker_id_is_never_null"].unexpected_count == 30
    assert len(checks["worker_id_is_never_null"].failing_rows) == engine.SHOWN_ROWS


def test_values_outside_a_range_fail(workspace: Workspace) -> None:
    pay = Checked("marts", "reporting.rpt_pay", "reporting.rpt_pay", ("worker_id", "period_id"))
    inside, outside = engine.run_checks(
        workspace, [pay.lies_between("amount", 0, 200), pay.lies_between("amount", 0, 50)]
    )
    assert inside.passed
    assert outside.failing_rows == ({"worker_id": "ann", "period_id": "FY2026-M01"},)


# The real job: slow parts of it are cut short, never the gate


@pytest.fixture(scope="module")
def job_workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """A workspace for Dagster's job; the process's environment is put back afterwards."""
    before = dict(os.environ)
    workspace = workspace_in(tmp_path_factory.mktemp("job") / "workspace")
    workspace.rules.mkdir()
    yield workspace
    os.environ.clear()
    os.environ.update(before)


def run_job(workspace: Workspace) -> dict[str, bool]:
    """Whether each step that ran went well."""
    os.environ.update(workspace.environment())
    workspace.dagster_home.mkdir(parents=True, exist_ok=True)
    with dg.DagsterInstance.ephemeral() as instance:
        job = workspace_definitions(workspace).resolve_job_def(JOB)
        result = job.execute_in_process(instance=instance, raise_on_error=False)
    ends = {"STEP_SUCCESS": True, "STEP_FAILURE": False}
    events = [event for event in result.all_events if event.event_type_value in ends]
    return {str(event.step_key): ends[event.event_type_value] for event in events}


def test_a_failed_raw_check_stops_dbt(job_workspace: Workspace) -> None:
    workers = job_workspace.sources["canonical"] / "workers.csv"
    delivered = workers.read_text()
    workers.write_text(delivered.splitlines()[0] + "\n")  # an extract that failed: a header, nobody below it
    steps = run_job(job_workspace)
    workers.write_text(delivered)
    assert steps == {"ingest_canonical": True, "ingest_ledger": True, "rules": True, "gate_raw": False}
    assert not (job_workspace.published / "current").exists()


def test_a_failed_marts_check_stops_publication(job_workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        transform, "dbt_build_arguments", lambda: ["build", "--empty", "--exclude-resource-type", "test"]
    )
    steps = run_job(job_workspace)
    assert steps["transform"]
    assert not steps["gate_marts"]  # the calendar is empty
    assert "publish" not in steps
    assert not (job_workspace.published / "current").exists()
