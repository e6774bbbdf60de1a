"""What a run refuses to begin with, says when the disk is full, and does with half a file of dbt's."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest
from rich.console import Console

from orchestration.problems import UserError
from orchestration.publish import pseudonymised
from orchestration.run import Outcome, StepTime, _full_disk_said, run_build
from orchestration.transform import _is_whole
from orchestration.workspace import PseudonymisedSettings, PublishSettings, Workspace, WorkspaceSettings


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path, WorkspaceSettings(version=1, name="Run"))


def outcome(tmp_path: Path, said: str = "") -> Outcome:
    log = tmp_path / "run.log"
    log.write_text(said)
    return Outcome("run", log)


def test_whatever_breaks_on_a_full_disk_is_told_as_one(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10**9, 10**9 - 4096, 4096))
    with pytest.raises(UserError, match="The disk is full"), _full_disk_said(workspace, outcome(tmp_path)):
        raise sqlite3.OperationalError("disk I/O error")


def test_a_failure_that_the_log_blames_on_the_disk_is_told_as_one(workspace: Workspace, tmp_path: Path) -> None:
    failed = outcome(tmp_path, "IO Error: Could not write file: No space left on device")
    failed.problem = "dbt failed in fct_credits"
    with pytest.raises(UserError, match="there is no space left on the disk"), _full_disk_said(workspace, failed):
        pass


def test_other_failures_and_good_runs_pass_through(workspace: Workspace, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="other"), _full_disk_said(workspace, outcome(tmp_path)):
        raise ValueError("other")
    good = outcome(tmp_path, "No space left on device, said a file name")
    good.succeeded = True
    with _full_disk_said(workspace, good):
        pass


def test_a_run_that_could_not_publish_its_copy_without_names_does_not_begin(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(pseudonymised.KEY, raising=False)
    asked = PublishSettings(pseudonymised=PseudonymisedSettings())
    with pytest.raises(UserError, match="QUOTALINE_PSEUDONYM_KEY: is not set"):
        run_build(Workspace(tmp_path, WorkspaceSettings(version=1, name="Run", publish=asked)), Console())
    assert list(tmp_path.iterdir()) == []


def test_what_fails_after_the_publication_does_not_unpublish_it(tmp_path: Path) -> None:
    ended = outcome(tmp_path)
    ended.steps = [StepTime("published", 1.0, True), StepTime("published without names", 1.0, False)]
    assert ended.published
    ended.steps = [StepTime("published", 1.0, False)]
    assert not ended.published


def test_a_damaged_ledger_has_the_exit_code_of_a_refusal(tmp_path: Path) -> None:
    ended = outcome(tmp_path)
    ended.user_error = ended.ledger_damaged = True
    assert ended.exit_code == 3


@pytest.mark.parametrize(
    ("text", "whole"), [('{"nodes": {}}', True), ('{"nodes": {', False), ("", False), (None, False)]
)
def test_half_a_manifest_is_made_again(tmp_path: Path, text: str | None, whole: bool) -> None:
    path = tmp_path / "manifest.json"
    if text is not None:
        path.write_text(text)
    assert _is_whole(path) is whole
