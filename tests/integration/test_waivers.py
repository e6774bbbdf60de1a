"""What does not hold and is let through, as a warning or by a waiver: published with the build, and told."""

from __future__ import annotations

import json
import re
import shutil
import stat
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest
from rich.console import Console
from small_build import BUILD, MARTS, make_build, workspace_in

from orchestration import builds, summary
from orchestration.builds import CheckResult, LayerRecord, Waiver
from orchestration.problems import GateError
from orchestration.publish import store
from orchestration.quality import data_docs, gate
from orchestration.quality.checks import gate_checks
from orchestration.quality.suite import Checked
from orchestration.run import Outcome
from orchestration.workspace import Workspace, WorkspaceSettings

KEY = "reporting.rpt_pay.one_row_per_worker_id_and_period_id"
COLUMNS = "reporting.rpt_pay.has_its_columns"
BROKEN = MARTS + (
    "; alter table reporting.rpt_pay add column bonus integer;"
    " insert into reporting.rpt_pay by name select 'ann' as worker_id, 'FY2026-M01' as period_id, 7654.32 as amount"
)
TOMORROW = date.today() + timedelta(days=1)
YESTERDAY = date.today() - timedelta(days=1)


def settings(until: date = TOMORROW) -> WorkspaceSettings:
    """A key waived, the columns a warning."""
    waiver = {"check": KEY, "by": "Ann Lee", "reason": "The vendor mends it.", "until": until}
    return WorkspaceSettings.model_validate(
        {"version": 1, "name": "Small", "quality": {"waivers": [waiver], "severity": {COLUMNS: "warn"}}}
    )


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A build of which a key and the columns do not hold, gated with a waiver and a warning."""
    root = workspace_in(tmp_path_factory.mktemp("waived") / "workspace").root
    make_build(Workspace(root, settings()), marts=BROKEN)
    return root


@pytest.fixture
def workspace(broken: Path, tmp_path: Path) -> Workspace:
    return Workspace(shutil.copytree(broken, tmp_path / "workspace"), settings())


def text(renderable: object) -> str:
    console = Console(width=250)
    with console.capture() as captured:
        console.print(renderable)
    return captured.get()


def test_it_is_published_and_says_who_answers_for_it(workspace: Workspace) -> None:
    folder = store.publish(workspace).folder
    with store.open_publication(workspace) as connection:
        found = connection.execute(
            "select table_name || '.' || check_name, verdict, failing_row_count, waived_by, waiver_reason, waived_until"
            " from publication_checks where verdict <> 'passed' order by 1"
        ).fetchall()
        counts = connection.execute("select count(*), count(*) filter (verdict = 'passed') from publication_checks")
        (all_checks, passed) = counts.fetchone() or (0, 0)
        assert connection.execute("select checks from publication").fetchone() == (passed,)
    assert found == [
        (COLUMNS, "warned", 1, None, None, None),
        (KEY, "waived", 1, "Ann Lee", "The vendor mends it.", TOMORROW),
    ]
    assert all_checks == passed + 2
    manifest = json.loads((folder / "manifest.json").read_text())
    assert [(one["check_name"], one["verdict"]) for one in manifest["checks_not_passed"]] == [
        ("has_its_columns", "warned"),
        ("one_row_per_worker_id_and_period_id", "waived"),
    ]
    assert "7654.32" not in json.dumps(manifest)


def test_status_and_the_end_of_a_run_say_so(workspace: Workspace) -> None:
    store.publish(workspace)
    said = text(summary.status_table(summary.status(workspace)))
    assert f"{KEY}: waived, 1 rows; Ann Lee until {TOMORROW}: The vendor mends it." in said
    assert f"{COLUMNS}: warned, 1 rows" in said
    broken = builds.broken_checks(workspace, BUILD)
    listed = text(summary.broken_checks(broken, "let through"))
    assert "worker_id ann, period_id FY2026-M01" in listed
    assert f"Ann Lee until {TOMORROW}: The vendor mends it." in listed
    assert builds.failed_checks(workspace, BUILD) == []


def test_after_the_waivers_last_day_the_build_is_refused(workspace: Workspace) -> None:
    later = Workspace(workspace.root, settings(until=YESTERDAY))
    with pytest.raises(GateError, match="its severity or waiver has changed since the gate"):
        store.publish(later)
    gate.run_marts_gate(later, BUILD)
    with pytest.raises(GateError, match=f"failed on 1 rows; its waiver by Ann Lee ended on {YESTERDAY}"):
        store.publish(later)
    outcome = Outcome("run", later.state / "log", build_id=BUILD)
    assert f"{KEY}: the waiver by Ann Lee ended on {YESTERDAY}." in text(summary.gate_failures(later, outcome))
    assert "waivers_that_ended" in {name.replace(" ", "_") for name in summary.status(later)}


def test_a_waiver_or_a_warning_that_the_gate_did_not_know_is_no_leave_to_publish(workspace: Workspace) -> None:
    path = builds.record_path(workspace, BUILD)
    record = json.loads(path.read_text())
    for check in record["layers"]["marts"]["checks"]:
        check |= {"waiver": None, "severity": "block"}
    path.write_text(json.dumps(record))
    with pytest.raises(GateError, match="failed on 1 rows"):
        store.publish(workspace)
    for check in record["layers"]["marts"]["checks"]:
        check |= {"severity": "warn"}
    path.write_text(json.dumps(record))
    with pytest.raises(GateError, match="its severity or waiver has changed since the gate"):
        store.publish(workspace)
    assert not (workspace.published / "current").exists()


def test_what_machines_are_told_and_the_pages_hold_no_values(workspace: Workspace) -> None:
    pay = CheckResult(
        name="paid", table="reporting.rpt_pay", passed=False, unexpected_count=1,
        failing_rows=({"worker_id": "ann"},), failing_values=({"amount": "7654.32"},),
    )  # fmt: skip
    builds.write_layer(workspace, "other", "marts", LayerRecord(finished_at=datetime.now(UTC), checks=(pay,)))
    outcome = Outcome("run", workspace.state / "log", build_id="other")
    assert "amount 7654.32" in text(summary.gate_failures(workspace, outcome))
    facts = json.dumps(summary.of_run_as_facts(workspace, outcome), default=str)
    assert "ann" in facts
    assert "7654.32" not in facts
    assert "7654.32" not in "".join(page.read_text() for page in _pages(workspace))


def _pages(workspace: Workspace) -> Iterator[Path]:
    return (workspace.build_records / BUILD / data_docs.FOLDER).rglob("*.html")


def test_great_expectations_pages_are_there_for_each_layer_and_room_and_for_their_owner(workspace: Workspace) -> None:
    for layer in ("raw", "marts"):
        assert data_docs.index_of(workspace, BUILD, layer).is_file()
    rooms = {page.parents[2].name for page in _pages(workspace) if page.name != "index.html"}
    assert rooms == {"raw", "core", "reporting"}
    files = [path for path in (workspace.build_records / BUILD).rglob("*") if path.is_file()]
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    said = "".join(page.read_text() for page in _pages(workspace))
    assert "one_row_per_worker_id_and_period_id" in said
    assert re.findall(r"""(?:src|href)=["'](?!#|[\w./-]+\.html)[^"']*""", said) == []  # nothing from other machines
    assert "<script" not in said
    assert "/expectations/" not in said
    index = data_docs.index_of(workspace, BUILD, "marts").read_text()
    assert re.findall(r'<a href="(validations/[^"]+)">(\w+)</a></td><td>(\d+)</td>', index)
    for page in re.findall(r'href="(validations/[^"]+)"', index):
        assert (data_docs.index_of(workspace, BUILD, "marts").parent / page).is_file()


def test_pages_of_the_newest_builds_stay(workspace: Workspace) -> None:
    for day in range(10, 18):
        page = data_docs.index_of(workspace, f"202701{day}T000000Z-1a2b3c4d", "raw")
        page.parent.mkdir(parents=True)
        page.touch()
    data_docs.remove_old(workspace)
    kept = sorted(path.parent.name[:8] for path in workspace.build_records.glob(f"*/{data_docs.FOLDER}"))
    assert kept == [f"202701{day}" for day in range(13, 18)]
    assert builds.read_record(workspace, BUILD) is not None


def test_dagster_shows_a_warning_as_one_and_a_failure_as_an_error_without_values(workspace: Workspace) -> None:
    tables = {name: Checked("marts", f"reporting.{name}", f"reporting.{name}", ()) for name in ("bad", "let", "good")}
    declared = [table.has_rows() for table in tables.values()]
    waiver = Waiver(by="Ann Lee", reason="The vendor mends it.", until=TOMORROW)

    def run(_: Workspace, __: str) -> LayerRecord:
        results = [
            CheckResult(
                name=check.name, table=check.table, passed=check.table.endswith("good"), unexpected_count=1,
                failing_rows=({"worker_id": "ann"},), failing_values=({"amount": "7654.32"},),
                waiver=waiver if check.table.endswith("let") else None,
            )
            for check in declared
        ]  # fmt: skip
        return LayerRecord(finished_at=datetime.now(UTC), checks=tuple(results))

    keys = [dg.AssetKey(["reporting", name]) for name in tables]

    @dg.multi_asset(specs=[dg.AssetSpec(key) for key in keys])
    def marts() -> Iterator[dg.MaterializeResult[None]]:
        for key in keys:
            yield dg.MaterializeResult(asset_key=key)

    with dg.DagsterInstance.ephemeral() as instance:
        checks = gate_checks(workspace, "marts", declared, keys, run)
        result = dg.materialize([marts, checks], instance=instance, raise_on_error=False)
        found = {one.asset_key.path[-1]: one for one in result.get_asset_check_evaluations()}
    assert {name: (one.passed, one.severity.value) for name, one in found.items()} == {
        "bad": (False, "ERROR"),
        "let": (False, "WARN"),
        "good": (True, "ERROR"),
    }
    assert not result.success
    metadata = {name: str({key: value.value for key, value in one.metadata.items()}) for name, one in found.items()}
    assert "Ann Lee" in metadata["let"]
    assert "index.html" in metadata["good"]
    assert "ann" in metadata["bad"]
    assert "7654.32" not in "".join(metadata.values())
