"""Dagster's web server and daemon as children that end with this process, whatever ends it."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
from collections.abc import Mapping, Sequence
from typing import Any

from orchestration.problems import Problem, UserError
from orchestration.workspace import PROJECT_ROOT

PATIENCE = 10  # seconds for the servers to end by themselves


def serve(command: Sequence[str], environment: Mapping[str, str], port: int) -> int:
    """Runs the servers until they end, or until this process is told to end: then all of them do.

    Gives the exit code. Raises UserError if something listens on the port already.
    """
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", port)) == 0:
            problem = Problem(f"127.0.0.1:{port}", "is taken by another server", "end it, or choose another --port")
            raise UserError("Dagster was not started.", [problem])
    process = subprocess.Popen(command, env=environment, cwd=PROJECT_ROOT, start_new_session=True)
    for told in (signal.SIGTERM, signal.SIGINT):  # SIGINT too: a shell's background jobs are started without it
        signal.signal(told, _end)
    try:
        return process.wait()
    except KeyboardInterrupt:
        os.killpg(process.pid, signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(PATIENCE)
        return 0
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # whatever is left of the group


def _end(_signal: int, _frame: Any) -> None:
    raise KeyboardInterrupt
