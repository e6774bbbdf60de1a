"""Every fault of gate_faults.py, committed in a finished build: which check says so, which row it names, and that the
last publication stays as it was."""

from __future__ import annotations

import hashlib
import shutil
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest
from gate_faults import FAULTS, MISTAKES, Fault, Mistake

from orchestration import builds
from orchestration.builds import CheckResult, LayerRecord
from orchestration.ingest.rules import read_rules
from orchestration.problems import GateError, UserError
from orchestration.publish import store
from orchestration.quality import engine, gate
from orchestration.quality.marts import ROOMS
from orchestration.workspace import PROJECT_ROOT, Workspace

BUILD = "test-build"
FAULTY = "20261125T051530Z-1a2b3c4d"


@pytest.fixture(scope="module")
def published(demo: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The demo company with its build published, and a second build of the same rows that has passed the gate."""
    workspace = Workspace(tmp_path_factory.mktemp("faults") / "demo", demo.settings)
    shutil.copytree(demo.root, workspace.root, symlinks=True)
    with builds.connect(workspace, read_only=True) as warehouse:
        build = builds.in_warehouse(warehouse)
    assert build is not None
    record = builds.read_record(workspace, build.build_id)
    assert record is not None
    gate.run_marts_gate(workspace, build.build_id)  # the copy's file is another one than the gate has seen
    store.publish(workspace)
    with duckdb.connect(str(workspace.warehouse)) as warehouse:
        warehouse.execute(f"update quotaline.build set build_id = '{FAULTY}'")
    for layer, results in record.layers.items():
        stamp = builds.warehouse_stamp(workspace) if layer == "marts" else None
        builds.write_layer(workspace, FAULTY, layer, results.model_copy(update={"warehouse": stamp}))
    shutil.copyfile(workspace.warehouse, workspace.state / "sound.duckdb")
    return workspace


def digest(folder: Path) -> str:
    """Of all that a reader can see: names, links and bytes."""
    found = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        found.update(str(path.relative_to(folder)).encode())
        if path.is_symlink():
            found.update(str(path.readlink()).encode())
        elif path.is_file():
            found.update(path.read_bytes())
    return found.hexdigest()


def commit(workspace: Workspace, fault: Fault) -> dict[str, object]:
    """Does it to a sound warehouse; what names the row that it was done to."""
    shutil.copyfile(workspace.state / "sound.duckdb", workspace.warehouse)
    with duckdb.connect(str(workspace.warehouse)) as warehouse:
        cursor = warehouse.execute(fault.row)
        names = [column[0] for column in cursor.description or []]
        row = cursor.fetchone()
        assert row is not None, "the demo company has no such row"
        target = dict(zip(names, row, strict=True))
        warehouse.execute(fault.do.format(**target))
    return target


def run_suite(workspace: Workspace, fault: Fault) -> list[CheckResult]:
    """The room's suite alone; its results replace those of the sound build's record."""
    layer: builds.Layer = "raw" if fault.suite == "raw" else "marts"
    record = builds.read_record(workspace, BUILD)
    assert record is not None
    sound = record.layers[layer]
    results = engine.run_checks(workspace, [one for one in gate.checks(workspace) if one.suite == fault.suite])
    ran = {(one.table, one.name) for one in results}
    others = [one for one in sound.checks if (one.table, one.name) not in ran]
    stamp = builds.warehouse_stamp(workspace)
    builds.write_layer(
        workspace,
        FAULTY,
        layer,
        LayerRecord(
            finished_at=datetime.now(UTC), checks=(*others, *results), load_ids=sound.load_ids, warehouse=stamp
        ),
    )
    if layer == "raw":
        builds.write_layer(workspace, FAULTY, "marts", record.layers["marts"].model_copy(update={"warehouse": stamp}))
    return results


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault.suite}: {fault.what}")
def test_a_fault_is_seen_named_and_not_published(published: Workspace, fault: Fault) -> None:
    before = digest(published.published)
    target = commit(published, fault)
    broken = [result for result in run_suite(published, fault) if not result.passed]
    prefix = "" if fault.suite == "raw" else f"{fault.suite}."
    names = {f"{result.table}.{result.name}" for result in broken}
    assert names == {prefix + name for name in fault.checks}
    first = next(result for result in broken if f"{result.table}.{result.name}" == prefix + fault.checks[0])
    if first.name != "has_rows":  # of which there are none
        assert any(_names(row, target) for row in first.failing_rows), first.failing_rows
    if any(result.verdict == "failed" for result in broken):
        with pytest.raises(GateError, match=next(one.name for one in broken if one.verdict == "failed")):
            store.publish(published)
        assert digest(published.published) == before


def prepare(root: Path) -> None:
    """What a run does before it loads anything."""
    workspace = Workspace.open(root)
    gate.checks(workspace)
    read_rules(workspace)


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: f"{mistake.file}: {mistake.what}")
def test_a_mistake_in_a_setting_or_rule_is_told_before_anything_runs(published: Workspace, mistake: Mistake) -> None:
    before = digest(published.published)
    path = published.root / mistake.file
    sound = path.read_text(encoding="utf-8")
    assert mistake.old is None or sound.count(mistake.old) == 1
    changed = sound.replace(mistake.old, mistake.text) if mistake.old else sound + mistake.text
    path.write_text(changed, encoding="utf-8")
    try:
        with pytest.raises(UserError) as said:
            prepare(published.root)
    finally:
        path.write_text(sound, encoding="utf-8")
    assert mistake.said in str(said.value)
    assert said.value.exit_code == 2
    assert digest(published.published) == before


def test_every_statement_of_the_suites_is_broken_by_a_fault() -> None:
    stated = {f"{one.table}.{one.name}" for room in ROOMS.values() for one in room.invariants}
    assert stated <= {fault.checks[0] for fault in FAULTS}


def test_each_suite_has_at_least_ten_faults() -> None:
    counts = Counter(fault.suite for fault in FAULTS)
    assert set(counts) == {"raw", *ROOMS}
    assert min(counts.values()) >= 10
    assert min(Counter(mistake.file.split("/")[0] for mistake in MISTAKES).values()) >= 10


def test_the_guide_lists_the_faults_and_no_others() -> None:
    guide = (PROJECT_ROOT / "docs" / "gate.md").read_text(encoding="utf-8")
    listed = [
        tuple(cell.strip() for cell in line.split("|")[1:4]) for line in guide.splitlines() if line.startswith("|")
    ]
    faults = [(fault.suite, fault.what, f"`{fault.checks[0]}`") for fault in FAULTS]
    mistakes = [(mistake.file, mistake.what, f"“{mistake.said}”") for mistake in MISTAKES]
    assert [row for row in listed if row in faults or row in mistakes] == [*faults, *mistakes]


def _names(row: dict[str, object], target: dict[str, object]) -> bool:
    """The row's keys are the target's, as far as both have them."""
    common = row.keys() & target.keys()
    return bool(common) and all(str(row[name]) == str(target[name]) for name in common)
