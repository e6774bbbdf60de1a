"""The ledger's second copy, in the folder that `[close] backup` names: each closed month, byte for byte.

A month is copied under a hidden name and appears by one rename, as in the ledger; what is there is never changed.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from orchestration.ledger import store
from orchestration.problems import Problem, UserError
from orchestration.workspace import Workspace


def back_up(workspace: Workspace) -> list[str]:
    """Copies the months that the backup lacks; their names. Raises UserError if no backup is named, if it can't be
    written, or if what is there is not this ledger's."""
    folder = workspace.ledger_backup
    if folder is None:
        problem = Problem("quotaline.toml", "names no backup", 'add to [close]: backup = "DIR"')
        raise UserError("The ledger was not backed up.", [problem])
    if differing := list(differences(workspace)):
        raise UserError("The ledger was not backed up.", differing)
    lacking = missing(workspace)
    try:
        for month in lacking:
            store.add_folder(folder, month.name, partial(_copy, month))
    except OSError as error:
        problem = Problem(str(folder), error.strerror or "can't be written", "mend it, then: quotaline ledger backup")
        raise UserError("The ledger was not backed up; the ledger itself is whole.", [problem]) from None
    return [month.name for month in lacking]


def missing(workspace: Workspace) -> list[Path]:
    """The closed months that the backup lacks, in order; none if no backup is named."""
    folder = workspace.ledger_backup
    return [month for month in store.months(workspace) if folder and not (folder / month.name).exists()]


def differences(workspace: Workspace) -> Iterator[Problem]:
    """Months of the backup that are not the ledger's, and others' months; nothing if no backup is named."""
    folder = workspace.ledger_backup
    if folder is None or not folder.is_dir():
        return
    closed = {month.name: month for month in store.months(workspace)}
    for copy in store.months_in(folder):
        if copy.name not in closed:
            yield Problem(str(copy), "is no month of this ledger", "bring it back from there, or name another folder")
        elif _content(copy) != _content(closed[copy.name]):
            yield Problem(str(copy), "is not what the ledger has", "find out which of the two was changed")


def _content(month: Path) -> tuple[str, bytes]:
    sums = month / store.CHECKSUMS
    return store.checksums(month), sums.read_bytes() if sums.is_file() else b""


def _copy(month: Path, copy: Path) -> None:
    for path in sorted(month.rglob("*")):
        target = copy / path.relative_to(month)
        if path.is_dir():
            target.mkdir()
        else:
            shutil.copyfile(path, target)
