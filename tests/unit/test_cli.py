"""The command line: exit codes, words for people, no traceback for a user's mistake."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
import typer
from rich.console import Console

from orchestration import cli, summary
from orchestration.builds import CheckResult, LayerRecord, write_layer
from orchestration.cli import app
from orchestration.run import Outcome
from orchestration.workspace import PROJECT_ROOT, Workspace

COMMANDS = {"init", "generate", "run", "status", "exceptions", "ui", "docs", "env"}


def quotaline(*arguments: str, cwd: Path = PROJECT_ROOT) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own, as users start it."""
    code = "from orchestration.cli import main; main()"
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=cwd,
        env=os.environ | {"PYTHONPATH": str(PROJECT_ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    (tmp_path / "quotaline.toml").write_text('version = 1\nname = "Acme"\nas_of = 2026-01-31\n')
    return Workspace.open(tmp_path)


def text(renderable: object) -> str:
    console = Console(width=200)
    with console.capture() as captured:
        console.print(renderable)
    return captured.get()


def test_every_command_has_a_word_of_help() -> None:
    commands = {
        command.name or command.callback.__name__: command.callback
        for command in app.registered_commands
        if command.callback
    }
    assert commands.keys() >= COMMANDS
    assert all(callback.__doc__ for callback in commands.values())


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys; from orchestration.cli import app\n"
        "try: app(['--help'])\n"
        "except SystemExit: print(*{'dagster', 'dbt', 'dlt', 'duckdb', 'great_expectations'} & set(sys.modules))"
    )
    shown = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT_ROOT, capture_output=True, text=True, check=True
    ).stdout
    assert "exceptions" in shown
    assert shown.splitlines()[-1] == ""


def test_a_users_mistake_is_told_without_a_traceback_and_exits_with_2(tmp_path: Path) -> None:
    for command in ("run", "status", "exceptions", "docs", "env"):
        done = quotaline(command, "-w", str(tmp_path))
        assert done.returncode == 2, command
        assert "is not a workspace" in done.stderr
        assert "Traceback" not in done.stderr


def test_status_before_the_first_publication_says_what_to_do(workspace: Workspace) -> None:
    done = quotaline("status", "-w", str(workspace.root), "--json")
    assert done.returncode == 0
    assert json.loads(done.stdout) == {
        "workspace": "Acme",
        "build_id": None,
        "next": f"nothing is published yet; run: quotaline run -w {workspace.root}",
    }


def test_status_names_the_last_failure(workspace: Workspace) -> None:
    workspace.state.mkdir()
    note = {"at": "2026-11-25T05:15:30+00:00", "run_id": "r", "step": "gate_marts", "error": "2 checks failed"}
    workspace.last_failure.write_text(json.dumps(note))
    facts = summary.status(workspace)
    assert facts["last_failure"] == note
    assert "2026-11-25T05:15:30+00:00, gate_marts: 2 checks failed" in text(summary.status_table(facts))


def test_exceptions_need_a_publication(workspace: Workspace) -> None:
    done = quotaline("exceptions", "-w", str(workspace.root))
    assert done.returncode == 2
    assert "Nothing is published" in done.stderr


def test_a_second_run_is_refused_while_the_first_goes_on(workspace: Workspace) -> None:
    workspace.state.mkdir()
    with (workspace.state / "run.lock").open("w") as lock:
        lock.write("4711")
        lock.flush()
        fcntl.flock(lock, fcntl.LOCK_EX)
        started = time.monotonic()
        done = quotaline("run", "-w", str(workspace.root))
    assert done.returncode == 2
    assert "Another run is going on" in done.stderr
    assert "4711" in done.stderr
    assert time.monotonic() - started < 30


def test_the_servers_of_the_ui_listen_on_the_loopback_alone(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[list[str]] = []

    def serve(command: list[str], *_: object) -> int:
        started.append(command)
        return 0

    monkeypatch.setattr("orchestration.servers.serve", serve)
    with pytest.raises(typer.Exit):
        cli.ui(workspace.root, 3999)
    (command,) = started
    assert command[command.index("-h") + 1] == "127.0.0.1"


def test_the_environment_can_be_exported_by_a_shell(workspace: Workspace) -> None:
    lines = quotaline("env", "-w", str(workspace.root)).stdout.splitlines()
    assert f"QUOTALINE_WORKSPACE={workspace.root}" in lines
    assert all("=" in line for line in lines)


def test_a_failed_gate_names_checks_and_rows_by_key_file_and_row(workspace: Workspace) -> None:
    row = {"event_id": "t2", "_file": "sales_events.csv", "_row_number": 3}
    check = CheckResult(
        name="event_date_is_plausible", table="raw_canonical.sales_events", passed=False, unexpected_count=7,
        failing_rows=(row,),
    )  # fmt: skip
    write_layer(workspace, "build", "raw", LayerRecord(finished_at="2026-11-25T00:00:00Z", checks=(check,)))  # type: ignore[arg-type]
    said = text(summary.gate_failures(workspace, Outcome("run", workspace.state / "log", build_id="build")))
    assert "event_date_is_plausible" in said
    assert "event_id t2, sales_events.csv row 3" in said
    assert "and 6 more" in said


@pytest.mark.parametrize(
    ("outcome", "code"),
    [({"succeeded": True}, 0), ({"user_error": True}, 2), ({"gate_failed": True}, 3), ({}, 1)],
)
def test_exit_codes_tell_scripts_what_happened(outcome: dict[str, bool], code: int) -> None:
    assert Outcome("run", Path("log"), **outcome).exit_code == code  # type: ignore[arg-type]


def test_exceptions_are_listed_with_record_place_and_remedy() -> None:
    row = {
        "severity": "warn", "kind": "missing_cost", "entity": "sales_events", "record_key": "t2", "period_id": None,
        "file": "sales_events.csv", "row_number": 3, "reason": "It has no cost.", "remedy": "Deliver cost_amount.",
        "column_name": None, "value": None,
    }  # fmt: skip
    typed = {
        "severity": "error", "kind": "unparsable_value", "entity": "sales_events", "record_key": "t3",
        "file": "sales_events.csv", "row_number": 4, "reason": "is not a date", "remedy": "write 2026-03-12",
        "column_name": "event_date", "value": "31/02/2026",
    }  # fmt: skip
    assert text(summary.exceptions_list([row, typed])).splitlines() == [
        "warn missing_cost sales_events t2 (sales_events.csv row 3)",
        "    It has no cost. Deliver cost_amount.",
        "error unparsable_value sales_events t3 (sales_events.csv row 4)",
        '    event_date: "31/02/2026" is not a date; write 2026-03-12',
    ]
