"""The dashboards in a real Superset, looked at in headless Chromium (make test-superset)."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import socket
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import superset_bundle as bundle

from orchestration.publish import store
from orchestration.publish.duckdb_file import DATABASE
from orchestration.workspace import PROJECT_ROOT, Workspace

pytestmark = pytest.mark.superset

CONFIG = """
import os
SECRET_KEY = os.environ["SUPERSET_SECRET_KEY"]
SQLALCHEMY_DATABASE_URI = "sqlite:///" + os.environ["SUPERSET_HOME"] + "/superset.db"
"""
PICTURES = PROJECT_ROOT / ".quotaline" / "superset"


@dataclass
class Superset:
    """A Superset of its own: its programs, its folder, its environment."""

    programs: Path
    home: Path
    environment: dict[str, str]

    def run(self, *command: str) -> None:
        done = subprocess.run(
            [self.programs / command[0], *command[1:]],
            env=self.environment, capture_output=True, text=True, check=False, cwd=self.home,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-3000:]

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Of Superset's own database."""
        with closing(sqlite3.connect(self.home / "superset.db")) as connection:
            return connection.execute(sql).fetchall()


@pytest.fixture(scope="module")
def superset(demo: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Superset:
    """With the bundle imported, reading the demo company's publication."""
    store.publish(demo)
    home = tmp_path_factory.mktemp("superset")
    (home / "superset_config.py").write_text(CONFIG, encoding="utf-8")
    environment = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ} | {
        "SUPERSET_CONFIG_PATH": str(home / "superset_config.py"),
        "SUPERSET_HOME": str(home),
        "SUPERSET_SECRET_KEY": secrets.token_hex(),
        "SUPERSET_PASSWORD": secrets.token_hex(),
        "FLASK_APP": "superset",
        "SCARF_ANALYTICS": "false",
    }
    made = Superset(Path(os.environ["QUOTALINE_SUPERSET"]), home, environment)
    made.run("superset", "db", "upgrade")
    person = ("--username", "admin", "--firstname", "A", "--lastname", "B", "--email", "admin@example.com")
    made.run("superset", "fab", "create-admin", *person, "--password", environment["SUPERSET_PASSWORD"])
    made.run("superset", "init")
    bundle.main(home / "superset.zip")
    made.run("superset", "import-dashboards", "-p", str(home / "superset.zip"), "-u", "admin")
    _point(made, demo)
    return made


def _point(superset: Superset, workspace: Workspace) -> None:
    uri = f"duckdb:///{workspace.published / 'current' / DATABASE}"
    superset.run("superset", "set-database-uri", "-d", "Quotaline", "-u", uri)


@pytest.fixture(scope="module")
def url(superset: Superset) -> Iterator[str]:
    """Where it answers, on this machine only; who asks before it is up waits in the socket's queue."""
    with socket.socket() as listening, (superset.home / "server.log").open("w") as log:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        server = subprocess.Popen(
            [superset.programs / "gunicorn", "-w2", "-b", f"fd://{listening.fileno()}", "superset.app:create_app()"],
            env=superset.environment, cwd=superset.home, pass_fds=[listening.fileno()], stdout=log, stderr=log,
        )  # fmt: skip
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.terminate()
        server.wait()


def arrived(superset: Superset) -> dict[str, list[str]]:
    return {
        kind: sorted(name for (name,) in superset.query(sql))
        for kind, sql in {
            "dashboards": "select dashboard_title from dashboards",
            "charts": "select slice_name from slices",
            "datasets": "select table_name from tables",
            "columns": "select table_name || '.' || column_name from table_columns join tables on table_id = tables.id",
            "placed": "select slice_name from dashboard_slices join slices on slice_id = slices.id",
        }.items()
    }


def sent() -> dict[str, list[str]]:
    dashboards, datasets = bundle.files("dashboards").values(), bundle.files("datasets").values()
    places = [place for one in dashboards for place in one["position"].values() if isinstance(place, dict)]
    return {
        "dashboards": sorted(one["dashboard_title"] for one in dashboards),
        "charts": sorted(chart["slice_name"] for chart in bundle.files("charts").values()),
        "datasets": sorted(one["table_name"] for one in datasets),
        "columns": sorted(
            f"{one['table_name']}.{column['column_name']}" for one in datasets for column in one["columns"]
        ),
        "placed": sorted(place["meta"]["sliceName"] for place in places if place["type"] == "CHART"),
    }


def test_everything_arrives_and_a_later_import_changes_it_without_doubling(
    superset: Superset, demo: Workspace, tmp_path: Path
) -> None:
    assert arrived(superset) == sent()
    later = shutil.copytree(bundle.BUNDLE, tmp_path / "superset")
    chart = later / "charts" / "paid.yaml"
    chart.write_text(chart.read_text().replace("Paid in the month", "Paid"), encoding="utf-8")
    superset.run("superset", "import-directory", "--overwrite", str(later))
    assert superset.query("select count(*) from slices where slice_name = 'Paid'") == [(1,)]
    superset.run("superset", "import-directory", "--overwrite", str(bundle.BUNDLE))
    _point(superset, demo)
    assert arrived(superset) == sent()


def test_every_chart_answers_and_shows_the_published_figures(superset: Superset, url: str, demo: Workspace) -> None:
    slugs = {content["slug"]: content["uuid"] for content in bundle.files("dashboards").values()}
    charts: dict[str, set[str]] = {slug: set() for slug in slugs}
    for slug, chart in superset.query(
        "select slug, slice_id from dashboard_slices join dashboards on dashboard_id = dashboards.id"
    ):
        charts[slug].add(str(chart))
    PICTURES.mkdir(parents=True, exist_ok=True)
    looked = subprocess.run(
        [superset.programs / "python", PROJECT_ROOT / "tests" / "superset_browser.py", url, PICTURES],
        input=json.dumps({slug: len(found) for slug, found in charts.items()}),
        env=superset.environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert looked.returncode == 0, looked.stderr[-3000:]
    seen = json.loads(looked.stdout)
    assert {slug: one["statuses"] for slug, one in seen.items()} == {
        slug: dict.fromkeys(found, 200) for slug, found in charts.items()
    }
    assert {slug: one["errors"] for slug, one in seen.items()} == {slug: [] for slug in slugs}
    with store.open_publication(demo) as publication:
        figures = store.rows(publication, FIGURES)[0]
    said = {slug: _without_marks(one["text"]) for slug, one in seen.items()}
    assert all(f" {figures['build_id']} " in text for text in said.values())
    assert f"Payees\n{figures['payees']}\n" in said["quotaline-attainment"]
    assert f"Paid in the month\n$ {figures['paid']:,.2f}\n" in said["quotaline-payouts"]
    assert f"Errors\n{figures['errors']}\n" in said["quotaline-exceptions"]


FIGURES = """
    select
        (select build_id from publication) as build_id,
        (select count(distinct worker_id) from reporting.rpt_attainment
            where attainment_share is not null and period_id = (select max(period_id) from reporting.rpt_attainment)
        ) as payees,
        (select sum(amount) from marts.fct_payouts where currency = 'USD'
            and pay_period_id = (select max(pay_period_id) from marts.fct_payouts)) as paid,
        (select count(*) from reporting.rpt_exceptions where severity = 'error') as errors
    """


def _without_marks(text: str) -> str:
    """Without the number of filters that stands between a chart's title and its figure."""
    return "\n".join(line for line in text.splitlines() if line not in ("1", "2"))
