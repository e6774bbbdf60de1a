"""One process at a time in a workspace: a build, or the closing of a month. A killed process has let go."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from orchestration.problems import Problem, UserError
from orchestration.workspace import Workspace

_held: dict[Path, IO[str]] = {}


@contextlib.contextmanager
def alone_in(workspace: Workspace) -> Iterator[None]:
    """Holds the workspace for this process. Raises UserError if another process has it."""
    path = _path(workspace)
    _held[path] = _lock(path)
    try:
        yield
    finally:
        _held.pop(path).close()


def stay_alone_in(workspace: Workspace) -> None:
    """Holds the workspace until this process ends, if it doesn't hold it yet: for runs that Dagster's UI starts, each a
    process of its own. Raises UserError if another process has it."""
    path = _path(workspace)
    if path not in _held:
        _held[path] = _lock(path)


def _path(workspace: Workspace) -> Path:
    return workspace.state / "run.lock"


def _lock(path: Path) -> IO[str]:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.parent.chmod(0o700)  # tools write into it that mind no mode
    file = path.open("a+", encoding="utf-8")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.seek(0)
        problem = Problem(str(path), f"is held by process {file.read().strip()}", "wait until it has ended")
        file.close()
        raise UserError("Another run is going on in this workspace.", [problem]) from None
    file.truncate(0)
    file.write(str(os.getpid()))
    file.flush()
    return file
