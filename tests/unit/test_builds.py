"""Builds and their records."""

from __future__ import annotations

import stat
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from orchestration import builds
from orchestration.builds import CheckResult, LayerRecord
from orchestration.problems import UserError
from orchestration.workspace import Workspace, WorkspaceSettings

NOW = datetime(2026, 11, 25, 5, 15, 30, tzinfo=UTC)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path, WorkspaceSettings(version=1, name="test"))


def layer(*checks: CheckResult) -> LayerRecord:
    return LayerRecord(finished_at=NOW, checks=checks)


def test_a_build_id_is_the_utc_time_and_the_start_of_the_run_id() -> None:
    elsewhere = NOW.astimezone(timezone(timedelta(hours=-5)))
    assert builds.build_id(elsewhere, "1a2b3c4d-0000-4000-8000-000000000000") == "20261125T051530Z-1a2b3c4d"


def test_the_warehouse_names_the_build_that_was_started_last(workspace: Workspace) -> None:
    workspace.rules_copy.mkdir(parents=True, exist_ok=True)
    builds.start(workspace, "one")
    started = builds.start(workspace, "two")
    with builds.connect(workspace, read_only=True) as warehouse:
        assert builds.in_warehouse(warehouse) == started
    assert started.as_of == workspace.as_of
    assert started.load_ids == ()


def test_a_warehouse_without_a_build_names_none(workspace: Workspace) -> None:
    with builds.connect(workspace) as warehouse:
        assert builds.in_warehouse(warehouse) is None


def test_a_warehouse_that_is_not_there_is_not_made_by_reading_it(workspace: Workspace) -> None:
    with pytest.raises(UserError, match="no warehouse yet"), builds.connect(workspace, read_only=True):
        pass
    assert not workspace.warehouse.exists()


def test_layers_are_added_to_the_record_of_their_build_only(workspace: Workspace) -> None:
    bad = CheckResult(name="c", table="t", passed=False, unexpected_count=1, failing_rows=({"worker_id": "ann"},))
    builds.write_layer(workspace, "one", "marts", layer(bad))
    builds.write_layer(workspace, "one", "raw", layer(CheckResult(name="a", table="t", passed=True)))
    builds.write_layer(workspace, "two", "raw", layer())
    assert builds.failed_checks(workspace, "one") == [("marts", bad)]
    assert builds.failed_checks(workspace, "two") == []
    assert builds.failed_checks(workspace, "three") == []
    assert builds.read_record(workspace, "three") is None


def test_a_record_is_for_its_owner_and_leaves_nothing_half_written(workspace: Workspace) -> None:
    builds.write_layer(workspace, "one", "raw", layer())
    path = builds.record_path(workspace, "one")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in path.parent.iterdir()] == ["gate.json"]


@pytest.mark.parametrize("text", ["", "{}", '{"build_id": "one", "layers": {}, "approved_by": "me"}'])
def test_a_damaged_record_is_said_to_be_one(workspace: Workspace, text: str) -> None:
    builds.replace_text(builds.record_path(workspace, "one"), text)
    with pytest.raises(UserError, match="damaged"):
        builds.read_record(workspace, "one")


def test_a_folders_fingerprint_changes_with_names_and_bytes(tmp_path: Path) -> None:
    (tmp_path / "plans.csv").write_text("plan_id\n")
    before = builds.folder_sha256(tmp_path)
    assert builds.folder_sha256(tmp_path) == before
    (tmp_path / "plans.csv").write_text("plan_ix\n")
    changed = builds.folder_sha256(tmp_path)
    (tmp_path / "plans.csv").rename(tmp_path / "plan.csv")
    assert len({before, changed, builds.folder_sha256(tmp_path)}) == 3
