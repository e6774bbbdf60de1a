"""The ledger on disk: one folder a closed month, complete and read-only, put in place by one rename.

    ledger/FY2026-M03/settled_payouts.parquet   the month's lines, each with its number and hash
                      closed_periods.parquet    one row: who closed it, when, of which build, and the hash after it
                      payroll.csv, .parquet     what payroll pays: one row per worker and currency
                      closed_*.parquet          credits, quotas and shares as they were; why it restated earlier months
                      manifest.json             what the closing was made from
                      rules/*.csv               the rules that held
                      SHA256SUMS                of all of these; `sha256sum -c SHA256SUMS` checks them

Whatever a killed closing leaves has a name that begins with a dot, and no reader looks at it.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from orchestration.builds import Record
from orchestration.problems import Problem, UserError
from orchestration.workspace import Workspace

MANIFEST = "manifest.json"
CHECKSUMS = "SHA256SUMS"
LINES = "settled_payouts.parquet"
PERIOD = "closed_periods.parquet"
CREDITS = "closed_credits.parquet"
QUOTAS = "closed_quotas.parquet"
SHARES = "closed_shares.parquet"
RULE_VALUES = "closed_rules.parquet"
RESTATEMENTS = "closed_restatements.parquet"
PAYROLL = "payroll.parquet"
PAYROLL_CSV = "payroll.csv"
RULES = "rules"
_MONTH = re.compile(r"FY\d{4}-M\d{2}")


class Close(Record):
    """What a closing says of its month. rules: sha256 by file. lines: of the month; ledger_lines: of the ledger up to
    and with it. payroll: total by payroll currency, as text with two decimals. previous_hash: of the month before."""

    format: int = 1
    period: str
    starts_on: date
    ends_on: date
    closed_at: datetime
    closed_by: str
    approved_by: str | None
    note: str | None
    build_id: str
    code_revision: str
    as_of: date
    load_ids: tuple[str, ...]
    rules: dict[str, str]
    lines: int
    ledger_lines: int
    payroll: dict[str, str]
    previous_hash: str
    last_line_hash: str
    head_hash: str = ""

    def hashed(self) -> dict[str, Any]:
        """What the month's hash covers: everything but itself."""
        return self.model_dump(mode="json", exclude={"head_hash"})


def months(workspace: Workspace) -> list[Path]:
    """The folders of the closed months, in order."""
    return months_in(workspace.ledger)


def months_in(ledger: Path) -> list[Path]:
    """The folders of months in a ledger or its backup, in order."""
    if not ledger.is_dir():
        return []
    return sorted(path for path in ledger.iterdir() if path.is_dir() and _MONTH.fullmatch(path.name))


def read_close(month: Path) -> Close:
    """A month's manifest. Raises UserError if it can't be read."""
    try:
        return Close.model_validate_json((month / MANIFEST).read_bytes())
    except (OSError, ValidationError):
        reason = "is missing or no manifest any more"
        problem = Problem(f"ledger/{month.name}/{MANIFEST}", reason, "bring the month back from a backup")
        raise UserError("The ledger is damaged.", [problem]) from None


def last_close(workspace: Workspace) -> Close | None:
    """The latest closing, None if no month is closed."""
    closed = months(workspace)
    return read_close(closed[-1]) if closed else None


def add_month(workspace: Workspace, period: str, write: Callable[[Path], None]) -> Path:
    """Puts a month into the ledger."""

    def with_checksums(folder: Path) -> None:
        write(folder)
        (folder / CHECKSUMS).write_text(checksums(folder), encoding="utf-8")

    return add_folder(workspace.ledger, period, with_checksums)


def add_folder(ledger: Path, period: str, write: Callable[[Path], None]) -> Path:
    """Puts a month's folder into a ledger: `write` fills a hidden one, then one rename makes it part of the ledger.

    A kill at any moment leaves the month wholly in or wholly out.
    """
    ledger.mkdir(mode=0o700, parents=True, exist_ok=True)
    ledger.chmod(0o700)
    for left_by_a_kill in ledger.glob(".FY*"):
        shutil.rmtree(left_by_a_kill)
    unfinished = Path(tempfile.mkdtemp(prefix=f".{period}-", dir=ledger))
    before = os.umask(0o077)  # pay is its owner's alone to read, from the first byte on
    try:
        write(unfinished)
        for path in sorted(unfinished.rglob("*"), reverse=True):
            if path.is_file():
                path.chmod(0o400)
            _to_disk(path)
        _to_disk(unfinished)
        month = ledger / period
        unfinished.rename(month)
        _to_disk(ledger)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
    finally:
        os.umask(before)
    return month


def checksums(month: Path) -> str:
    """The text of SHA256SUMS for a folder, as sha256sum writes it."""
    files = sorted(path for path in month.rglob("*") if path.is_file() and path.name != CHECKSUMS)
    return "".join(f"{sha256(path)}  {path.relative_to(month).as_posix()}\n" for path in files)


def write_json(path: Path, close: Close) -> None:
    """The manifest, readable by people."""
    path.write_text(json.dumps(close.model_dump(mode="json"), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def sha256(path: Path) -> str:
    """Of a file's bytes, as sha256sum writes it."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _to_disk(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
