"""`quotaline run`: the Dagster job `build`, recorded in the workspace's instance, with its progress on the terminal."""

from __future__ import annotations

import contextlib
import os
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

from orchestration.workspace import Workspace

STEPS = {
    "read_rules": "rules checked and copied",
    "ingest_ledger": "ledger read",
    "gate_raw": "raw gate",
    "transform": "dbt: staging to reporting",
    "gate_marts": "marts gate",
    "publish": "published",
}


@dataclass
class StepTime:
    """A step's name, its seconds, and whether it went well."""

    name: str
    seconds: float
    succeeded: bool


@dataclass
class Outcome:
    """What became of a run. problem: the user's mistake or the failure in words, None when it published."""

    run_id: str
    log: Path
    succeeded: bool = False
    gate_failed: bool = False
    user_error: bool = False
    problem: str | None = None
    start_up: float = 0.0
    steps: list[StepTime] = field(default_factory=list)


def run_build(workspace: Workspace, console: Console) -> Outcome:
    """Runs one build in this process. All other output goes to a log file, so that the terminal stays readable."""
    run_id = str(uuid.uuid4())
    log = workspace.state / "logs" / f"{time.strftime('%Y%m%dT%H%M%S')}-{run_id[:8]}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    os.environ.update(workspace.environment())
    workspace.dagster_home.mkdir(parents=True, exist_ok=True)
    outcome = Outcome(run_id, log)
    started = time.monotonic()
    with _quiet(log, console) as terminal:
        progress = Progress(
            SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=terminal, transient=True
        )
        with progress:
            task = progress.add_task("starting (imports of Dagster and dbt)", total=None)
            import dagster as dg  # late: importing Dagster and dagster-dbt takes seconds

            from orchestration.definitions import JOB, defs

            outcome.start_up = time.monotonic() - started
            with dg.DagsterInstance.get() as instance:
                watcher = _Watcher(instance, run_id, outcome, progress, task, terminal)
                watcher.start()
                try:
                    result = defs.resolve_job_def(JOB).execute_in_process(
                        instance=instance,
                        run_id=run_id,
                        raise_on_error=False,
                        run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
                    )
                finally:
                    watcher.finish()
                outcome.succeeded = result.success
                if not result.success:
                    _explain(result, outcome)
    return outcome


class _Watcher(threading.Thread):
    """Reads the run's event log while the run goes on, and says each step as it ends."""

    def __init__(
        self, instance: Any, run_id: str, outcome: Outcome, progress: Progress, task: Any, terminal: Console
    ) -> None:
        super().__init__(daemon=True)
        self._instance, self._run_id, self._outcome = instance, run_id, outcome
        self._progress, self._task, self._terminal = progress, task, terminal
        self._cursor: str | None = None
        self._started: dict[str, float] = {}
        self._made = 0
        self._done = threading.Event()

    def run(self) -> None:
        while not self._done.wait(0.5):
            self._poll()

    def finish(self) -> None:
        """Ends the thread and says what it hadn't seen yet."""
        self._done.set()
        self.join()
        self._poll()

    def _poll(self) -> None:
        connection = self._instance.get_records_for_run(self._run_id, cursor=self._cursor)
        self._cursor = connection.cursor
        for record in connection.records:
            event = record.event_log_entry.dagster_event
            if event is None or event.step_key is None:
                continue
            name, when = event.step_key, record.timestamp
            label = STEPS.get(name, name.replace("ingest_", "ingest "))
            kind = event.event_type_value
            if kind == "STEP_START":
                self._started[name], self._made = when, 0
                self._progress.update(self._task, description=label)
            elif kind == "ASSET_MATERIALIZATION":
                self._made += 1
                self._progress.update(self._task, description=f"{label} ({self._made} tables)")
            elif kind in ("STEP_SUCCESS", "STEP_FAILURE"):
                seconds, good = when - self._started[name], kind == "STEP_SUCCESS"
                self._outcome.steps.append(StepTime(label, seconds, good))
                mark = "[green]✓[/]" if good else "[red]✗[/]"
                self._terminal.print(f"{mark} {label:<28}{seconds:>7.1f} s")


def _explain(result: Any, outcome: Outcome) -> None:
    for event in result.all_events:
        if event.event_type_value != "STEP_FAILURE":
            continue
        error = event.event_specific_data.error
        while error is not None:
            if error.cls_name in ("UserError", "GateFailed"):
                outcome.user_error = error.cls_name == "UserError"
                outcome.gate_failed = error.cls_name == "GateFailed"
                outcome.problem = error.message.split(": ", 1)[-1].strip()
                return
            if error.cls_name == "DagsterAssetCheckFailedError":
                outcome.gate_failed = True
            outcome.problem = error.message.strip()
            error = error.cause


@contextlib.contextmanager
def _quiet(log: Path, console: Console) -> Iterator[Console]:
    """Sends whatever this process and its children write to `log`, and gives a console that still writes to the terminal."""
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
        sys.stdout.flush()
        sys.stderr.flush()
        os.dup2(saved[0], 1)
        os.dup2(saved[1], 2)
        for handle in saved:
            os.close(handle)
        terminal_file.close()
