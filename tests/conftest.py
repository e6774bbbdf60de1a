"""Options and fixtures that several test folders share; each workspace is built once a session."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from orchestration.workspace import PROJECT_ROOT, Workspace

ADVENTUREWORKS = PROJECT_ROOT.parent / "shared" / "data" / "adventureworks"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--cases", type=Path, default=PROJECT_ROOT / "tests" / "cases", help="Folder of case files to run."
    )


@pytest.fixture(scope="session")
def adventureworks_data() -> Path:
    """The folder of AdventureWorks CSV files: QUOTALINE_ADVENTUREWORKS, else beside the checkout."""
    folder = Path(os.environ.get("QUOTALINE_ADVENTUREWORKS", ADVENTUREWORKS))
    if not folder.is_dir():
        pytest.skip(f"the AdventureWorks files are not in {folder}; set QUOTALINE_ADVENTUREWORKS")
    return folder


@pytest.fixture(scope="session")
def adventureworks_warehouse(adventureworks_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The warehouse of a workspace made from the adventureworks template, built once."""
    from pipeline import build

    from orchestration.new_workspace import make

    workspace: Workspace = make(tmp_path_factory.mktemp("adventureworks") / "aw", "adventureworks", adventureworks_data)
    return build(workspace)
