"""`quotaline init`: every template gives a workspace that opens, with every rule file there is."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.ingest.contract import read_rules_contract
from orchestration.ingest.rules import read_rules
from orchestration.new_workspace import SOURCES, make
from orchestration.problems import UserError
from orchestration.workspace import PROJECT_ROOT


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    return folder


@pytest.mark.parametrize("template", SOURCES)
def test_a_template_has_every_rule_file_with_the_contracts_columns(tmp_path: Path, data: Path, template: str) -> None:
    workspace = make(tmp_path / "made", template, data if template == "adventureworks" else None)
    headers = {path.stem: path.read_text(encoding="utf-8").splitlines()[0] for path in workspace.rules.glob("*.csv")}
    assert headers == {table.name: ",".join(table.column_names) for table in read_rules_contract().tables}
    read_rules(workspace)  # raises if a rule is wrong


def test_the_canonical_template_has_no_rules_yet(tmp_path: Path) -> None:
    workspace = make(tmp_path / "made", "canonical")
    assert all(len(path.read_text(encoding="utf-8").splitlines()) == 1 for path in workspace.rules.glob("*.csv"))
    assert workspace.settings.name == "made"
    assert workspace.sources["canonical"].is_dir()


def test_data_may_lie_anywhere(tmp_path: Path, data: Path) -> None:
    workspace = make(tmp_path / "made", "adventureworks", data)
    assert workspace.sources["adventureworks"] == data


def test_all_that_is_wrong_is_said_at_once_and_nothing_is_made(tmp_path: Path) -> None:
    with pytest.raises(UserError) as raised:
        make(tmp_path / "made", "adventureworx", tmp_path / "nowhere")
    assert len(raised.value.problems) == 2
    assert not (tmp_path / "made").exists()


def test_a_workspace_is_never_made_over_another(tmp_path: Path) -> None:
    make(tmp_path / "made", "canonical")
    with pytest.raises(UserError, match="is a workspace already"):
        make(tmp_path / "made", "canonical")


def test_the_demos_rules_are_the_projects_own() -> None:
    assert SOURCES["demo"] == PROJECT_ROOT
