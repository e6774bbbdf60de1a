"""What lies in a landing folder: which file belongs to which table, and what its bytes are."""

from __future__ import annotations

import codecs
import difflib
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from orchestration.ingest.contract import SourceContract, TableContract

SUFFIXES = (".csv", ".parquet", ".jsonl")
_CHUNK = 1 << 20
_BYTE_ORDER_MARKS = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}
_UTF8_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class LandingFile:
    """One delivered file. name: its path within the landing folder, which stays its name in the warehouse."""

    table: TableContract
    path: Path
    name: str

    @property
    def kind(self) -> str:
        """csv, parquet or jsonl."""
        return self.path.suffix.lower().lstrip(".")


@dataclass(frozen=True)
class Fingerprint:
    """The bytes of a file. stamp: size and time of change while they were read. unreadable: why it is no UTF-8 text,
    with the row where that shows, None for Parquet and for sound text. has_blank_lines: whether row numbers must
    count lines that hold no record."""

    sha256: str
    stamp: tuple[int, int]
    unreadable: Unreadable | None = None
    has_blank_lines: bool = False


@dataclass(frozen=True)
class Unreadable:
    """Why a file can't be read as a whole, and what to do."""

    reason: str
    remedy: str
    row: int | None = None


def find_files(folder: Path, contract: SourceContract) -> tuple[list[LandingFile], list[str]]:
    """Files of the contract's tables, `<table>.csv` or `<table>/any.csv`, by name; and a note on each other one."""
    found: list[LandingFile] = []
    notes: list[str] = []
    by_name = {table.name: table for table in contract.tables}
    for path in sorted(folder.iterdir()):
        if path.name.startswith((".", "README")):
            continue
        table = by_name.get(snake_case(path.name if path.is_dir() else path.stem))
        if path.is_dir() and table:
            for inner in sorted(path.iterdir()):
                if inner.suffix.lower() in SUFFIXES and not inner.name.startswith("."):
                    found.append(LandingFile(table, inner, f"{path.name}/{inner.name}"))
                elif not inner.name.startswith("."):
                    notes.append(f"{path.name}/{inner.name} is not read: files end in .csv, .parquet or .jsonl.")
        elif table and path.suffix.lower() in SUFFIXES:
            found.append(LandingFile(table, path, path.name))
        elif table:
            notes.append(f"{path.name} is not read: files end in .csv, .parquet or .jsonl.")
        else:
            near = difflib.get_close_matches(snake_case(path.stem), by_name, n=1)
            hint = f"did you mean {near[0]}{path.suffix}?" if near else f"{contract.name} has no such table."
            notes.append(f"{path.name} is not read: {hint}")
    return found, notes


def find_ledger_files(ledger: Path, contract: SourceContract) -> list[LandingFile]:
    """The ledger's tables: one folder a closed month, files of the contract's tables in it."""
    entries = sorted(ledger.iterdir()) if ledger.is_dir() else []
    folders = [path for path in entries if path.is_dir() and not path.name.startswith(".")]
    # `requests`, which comes last by name, is no month.
    months = [(month, files) for month in folders if (files := find_files(month, contract)[0])]
    return [
        LandingFile(file.table, file.path, f"{month.name}/{file.name}")
        for month, files in months
        for file in files
        if month == months[-1][0] or not file.table.only_latest
    ]


def snake_case(name: str) -> str:
    """A table's or column's name as dlt writes it: `SalesOrderID` is `sales_order_id`."""
    if re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", name):
        return name  # spares the import
    from dlt.common.normalizers.naming.snake_case import NamingConvention

    return str(NamingConvention().normalize_identifier(name)) if name.strip() else ""


def shown(root: Path, path: Path) -> str:
    """A path as messages say it: from the workspace's folder where it lies in it."""
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)


def stamp(path: Path) -> tuple[int, int]:
    """Size and time of change: whether a file is still the one that was read."""
    status = path.stat()
    return status.st_size, status.st_mtime_ns


def fingerprint(file: LandingFile) -> Fingerprint:
    """Reads the file once: its sha256 and, for text, whether it is UTF-8. Raises OSError if it can't be read."""
    before = stamp(file.path)
    digest = hashlib.sha256()
    if file.kind == "parquet":
        for chunk in _chunks(file.path):
            digest.update(chunk)
        return Fingerprint(digest.hexdigest(), before)
    text = _TextCheck()
    for chunk in _chunks(file.path):
        digest.update(chunk)
        text.feed(chunk)
    return Fingerprint(digest.hexdigest(), before, text.finish(), text.has_blank_lines)


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as opened:
        while chunk := opened.read(_CHUNK):
            yield chunk


class _TextCheck:
    """Whether a stream of bytes is UTF-8 text without NUL bytes, and where not."""

    def __init__(self) -> None:
        self.has_blank_lines = False
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._lines = 0
        self._bytes = 0
        self._tail = b""
        self._blank = True
        self._fault: Unreadable | None = None

    def feed(self, chunk: bytes) -> None:
        if self._fault:
            return
        if self._bytes == 0:
            mark = next((name for start, name in _BYTE_ORDER_MARKS.items() if chunk.startswith(start)), None)
            if mark:
                self._fault = Unreadable(f"is {mark}, not UTF-8", "save it as UTF-8")
                return
            chunk = chunk.removeprefix(_UTF8_MARK)
            if chunk.startswith((b"\n", b"\r\n")):
                self._fault = Unreadable("starts with an empty line", "start with the first row", row=1)
                return
        try:
            self._decoder.decode(chunk)
        except UnicodeDecodeError as error:
            # What the decoder held back from the chunk before lies in front of this one.
            self._fault = self._not_utf8(error.object, error.start, chunk)
            return
        if (nul := chunk.find(b"\0")) >= 0:
            row = self._lines + chunk.count(b"\n", 0, nul) + 1
            self._fault = Unreadable("holds a NUL byte, so it is no UTF-8 text", "save it as UTF-8", row=row)
            return
        joined = self._tail + chunk
        self.has_blank_lines = self.has_blank_lines or b"\n\n" in joined or b"\n\r\n" in joined
        self._tail = chunk[-2:]
        self._blank = self._blank and not chunk.strip()
        self._lines += chunk.count(b"\n")
        self._bytes += len(chunk)

    def finish(self) -> Unreadable | None:
        if self._fault:
            return self._fault
        if self._blank:
            return Unreadable("is empty", "deliver it with its rows, or remove it")
        try:
            self._decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return Unreadable("ends in the middle of a character", "deliver it again, whole", row=self._lines + 1)
        return None

    def _not_utf8(self, data: bytes, start: int, chunk: bytes) -> Unreadable:
        row = self._lines + chunk.count(b"\n", 0, max(0, start - (len(data) - len(chunk)))) + 1
        remedy = 'save it as UTF-8 (in Excel: "CSV UTF-8")'
        return Unreadable(f"is not UTF-8: byte 0x{data[start]:02X} is no character", remedy, row=row)
