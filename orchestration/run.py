"""`quotaline run`: the Dagster job `build`, recorded in the workspace's instance, with its progress on the terminal."""

from __future__ import annotations

import contextlib
import gc
import os
import shutil
import sqlite3
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from orchestration import builds
from orchestration.problems import Problem, UserError
from orchestration.publish import pseudonymised
from orchestration.run_lock import alone_in
from orchestration.workspace import Workspace

FULL = 8 << 20  # bytes; with less left, nothing that a run writes fits

STEPS = {
    "rules": "rules checked and copied",
    "gate_raw": "gate: what was loaded",
    "transform": "dbt: staging to reporting",
    "gate_marts": "gate: what was built",
    "publish": "published",
    "published_pseudonymised": "published without names",
    "published_postgres": "published to PostgreSQL",
}


@dataclass
class StepTime:
    """A step's name, its seconds, and whether it went well."""

    name: str
    seconds: float
    succeeded: bool


@dataclass
class Outcome:
    """What became of a run. problem: the user's mistake or the failure in words, None when it published. notes: what
    the publications have to say besides."""

    run_id: str
    log: Path
    build_id: str = ""
    succeeded: bool = False
    gate_failed: bool = False
    user_error: bool = False
    ledger_damaged: bool = False
    problem: str | None = None
    seconds: float = 0.0
    steps: list[StepTime] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def start_up(self) -> float:
        """Seconds that went into no step: imports, definitions, Dagster's records of what is planned."""
        return self.seconds - sum(step.seconds for step in self.steps)

    @property
    def published(self) -> bool:
        """Whether the published store has this build, whatever failed after it."""
        return any(step.name == STEPS["publish"] and step.succeeded for step in self.steps)

    @property
    def exit_code(self) -> int:
        """0 published, 2 for the user to mend, 3 the gate refused or the ledger isn't whole, 1 anything else."""
        if self.succeeded:
            return 0
        return 3 if self.gate_failed or self.ledger_damaged else 2 if self.user_error else 1


def run_build(workspace: Workspace, console: Console) -> Outcome:
    """Runs one build in this process. All other output goes to a log file, so that the terminal stays readable.

    Raises UserError if another run is going on in this workspace, if the disk is full, or if what is to be published at
    the end lacks its key.
    """
    pseudonymised.require(workspace)
    run_id = str(uuid.uuid4())
    log = workspace.state / "logs" / f"{time.strftime('%Y%m%dT%H%M%S')}-{run_id[:8]}.log"
    os.environ.update(workspace.environment())
    outcome = Outcome(run_id, log)
    with alone_in(workspace), _quiet(log, console) as terminal, _full_disk_said(workspace, outcome):
        progress = Progress(
            SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=terminal, transient=True
        )
        started = time.monotonic()
        with progress:
            _execute(workspace, outcome, progress, terminal)
        outcome.seconds = time.monotonic() - started
    return outcome


def _execute(workspace: Workspace, outcome: Outcome, progress: Progress, terminal: Console) -> None:
    task = progress.add_task("starting Dagster and dbt", total=None)
    import dagster as dg  # late: importing Dagster and dagster-dbt takes seconds

    from orchestration.definitions import JOB, workspace_definitions

    job = workspace_definitions(workspace).resolve_job_def(JOB)
    workspace.dagster_home.mkdir(parents=True, exist_ok=True)
    _write_records_without_waiting()
    with dg.DagsterInstance.get() as instance:
        watcher = _Watcher(instance, outcome, progress, task, terminal)
        watcher.start()
        try:
            result = job.execute_in_process(
                instance=instance,
                run_id=outcome.run_id,
                raise_on_error=False,
                run_config={"loggers": {"console": {"config": {"log_level": "INFO"}}}},
            )
        finally:
            watcher.finish()
        outcome.succeeded = result.success
        outcome.build_id = builds.of_run(instance, outcome.run_id)
        for event in result.get_asset_materialization_events():
            if noted := event.materialization.metadata.get("notes"):
                outcome.notes += str(noted.value).splitlines()
        if not result.success:
            _explain(result, outcome)


def _write_records_without_waiting() -> None:
    """Dagster's records, which are disposable, don't wait for the disk: 616 events took 61 s, then 25 (2026-11-25)."""
    from sqlalchemy import event
    from sqlalchemy.engine import Engine

    @event.listens_for(Engine, "connect")
    def no_wait(connection: Any, _record: Any) -> None:
        if isinstance(connection, sqlite3.Connection):
            connection.execute("pragma synchronous = off")


class _Watcher(threading.Thread):
    """Reads the run's event log while the run goes on, and says each step as it ends."""

    def __init__(self, instance: Any, outcome: Outcome, progress: Progress, task: Any, terminal: Console) -> None:
        super().__init__(daemon=True)
        self._instance, self._outcome = instance, outcome
        self._progress, self._task, self._terminal = progress, task, terminal
        self._cursor: str | None = None
        self._begun: dict[str, float] = {}
        self._made = 0
        self._done = threading.Event()

    def run(self) -> None:
        while not self._done.wait(0.5):
            self._poll()

    def finish(self) -> None:
        """Ends the thread and says what it hadn't seen yet."""
        self._done.set()
        self.join()
        while self._poll():
            pass

    def _poll(self) -> bool:
        """Takes in the next events; whether there are more."""
        connection = self._instance.get_records_for_run(self._outcome.run_id, cursor=self._cursor)
        self._cursor = connection.cursor
        for record in connection.records:
            event = record.event_log_entry.dagster_event
            if event is not None and event.step_key is not None:
                self._say(event.step_key, event.event_type_value, record.timestamp)
        return bool(connection.has_more)

    def _say(self, step: str, kind: str, when: float) -> None:
        label = STEPS.get(step, step.replace("ingest_", "loaded "))
        if kind == "STEP_START":
            self._begun[step], self._made = when, 0
            self._progress.update(self._task, description=label)
        elif kind == "ASSET_MATERIALIZATION":
            self._made += 1
            self._progress.update(self._task, description=f"{label} ({self._made} tables)")
        elif kind in ("STEP_SUCCESS", "STEP_FAILURE"):
            seconds, good = when - self._begun[step], kind == "STEP_SUCCESS"
            self._outcome.steps.append(StepTime(label, seconds, good))
            mark = "[green]✓[/]" if good else "[red]✗[/]"
            self._terminal.print(f"{mark} {label:<28}{seconds:>7.1f} s")


def _explain(result: Any, outcome: Outcome) -> None:
    """The first failure in words: the innermost cause, or the user's error among the causes."""
    failure = next((event for event in result.all_events if event.event_type_value == "STEP_FAILURE"), None)
    error = failure.event_specific_data.error if failure else None
    while error is not None:
        # Dagster keeps errors as text: class and message.
        outcome.problem = error.message.split(": ", 1)[-1].strip()
        if error.cls_name == "DagsterExecutionInterruptedError":
            outcome.problem = "Interrupted."
        outcome.ledger_damaged = error.cls_name == "LedgerError"
        outcome.user_error = error.cls_name == "UserError" or outcome.ledger_damaged
        outcome.gate_failed = error.cls_name in ("GateError", "DagsterAssetCheckFailedError")
        if outcome.user_error or outcome.gate_failed:
            return
        error = error.cause


@contextlib.contextmanager
def _full_disk_said(workspace: Workspace, outcome: Outcome) -> Iterator[None]:
    """Whatever a full disk breaks, Dagster's records included, is told as a full disk. Raises UserError."""
    try:
        yield
    except Exception as error:
        if isinstance(error, UserError) or not _is_full(workspace, outcome):
            raise
    if not (outcome.succeeded or outcome.user_error or outcome.gate_failed) and _is_full(workspace, outcome):
        gc.collect()  # dbt's stream complains when it is closed: into the log, not onto the terminal
        problem = Problem(str(workspace.root), "there is no space left on the disk", "free some and run again")
        raise UserError("The disk is full. Nothing was published; the last publication stays as it was.", [problem])


def _is_full(workspace: Workspace, outcome: Outcome) -> bool:
    """Now, or when something failed: temporary files are gone by the time one looks."""
    said = outcome.log.read_bytes() if outcome.log.is_file() else b""
    return b"No space left on device" in said or shutil.disk_usage(workspace.root).free < FULL


@contextlib.contextmanager
def _quiet(log: Path, console: Console) -> Iterator[Console]:
    """Sends what this process and its children write to `log`; gives a console that still writes to the terminal."""
    log.parent.mkdir(parents=True, exist_ok=True)
    sys.stdout.flush()
    sys.stderr.flush()
    saved = os.dup(1), os.dup(2)
    with log.open("ab") as sink:
        os.dup2(sink.fileno(), 1)
        os.dup2(sink.fileno(), 2)
    terminal_file = os.fdopen(os.dup(saved[0]), "w", encoding="utf-8")
    terminal = Console(file=terminal_file, force_terminal=console.is_terminal, width=console.width)
    try:
        yield terminal
    finally:
        with contextlib.suppress(OSError):  # the log's disk is full
            sys.stdout.flush()
            sys.stderr.flush()
        os.dup2(saved[0], 1)
        os.dup2(saved[1], 2)
        for handle in saved:
            os.close(handle)
        terminal_file.close()
