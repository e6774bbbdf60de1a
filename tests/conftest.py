"""Options and fixtures that several test folders share; each workspace is built once a session."""

from __future__ import annotations

import hashlib
import os
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from orchestration.workspace import PROJECT_ROOT, PostgresSettings, Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from built_companies import Built
    from postgres_server import Cluster

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


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A small demo company, built once; nothing is published yet."""
    from pipeline import build

    from orchestration.demo.company import generate
    from orchestration.new_workspace import make

    workspace: Workspace = make(tmp_path_factory.mktemp("demo") / "demo", "demo")
    generate(workspace.sources["canonical"], workers=40, events=1_500, seed=7, as_of=date(2026, 10, 31))
    build(workspace)
    return workspace


@pytest.fixture(scope="session")
def nordlicht(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The company worked out by hand (hand_company.py), built and published once."""
    from hand_company import write
    from pipeline import build

    from orchestration.publish.store import publish

    workspace = write(tmp_path_factory.mktemp("nordlicht") / "nordlicht")
    build(workspace)
    publish(workspace)
    return workspace


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """A PostgreSQL server for these tests alone, set up as docs/postgresql.md says."""
    import postgres_server

    folder = postgres_server.binaries()
    if folder is None:
        pytest.skip("PostgreSQL's initdb is not installed (Debian: apt-get install postgresql)")
    with postgres_server.cluster(folder) as running:
        for login, group in (("ann", "payee"), ("bob", "payee"), ("mia", "manager"), ("top", "manager")):
            running.add_login(login, f"ql_{group}")
        running.add_login("zoe", "ql_finance")
        running.add_login("new", "ql_payee")  # in no line
        yield running


@pytest.fixture
def postgres_settings(
    postgres: Cluster, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> PostgresSettings:
    """Settings with a schema for this test alone; the publisher's password is in PGPASSFILE."""
    monkeypatch.setenv("PGPASSFILE", str(postgres.passfile))
    monkeypatch.delenv("PGPASSWORD", raising=False)
    schema = f"m_{hashlib.sha256(request.node.nodeid.encode()).hexdigest()[:8]}"
    facts = {"port": postgres.port, "database": "quotaline", "user": "ql_publisher", "schema": schema}
    return PostgresSettings.model_validate(facts)


@pytest.fixture(scope="session", params=["open", "closed"])
def built(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Companies drawn at random, of a frame without closed months and of one with them."""
    from built_companies import build_frame

    # One workspace for both, so that dbt reads the project once.
    root = tmp_path_factory.getbasetemp() / "companies"
    root.mkdir(exist_ok=True)
    return build_frame(request.param, root)
