"""Whether the ledger is whole: every file's bytes, every line's hash, every month's manifest and payroll; and whether
the warehouse has read these lines and no others."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from orchestration import builds
from orchestration.ledger import backup, chain, store
from orchestration.ledger.payroll import COLUMNS, for_spreadsheets, payroll_query
from orchestration.ledger.store import Close
from orchestration.problems import Problem, UserError
from orchestration.publish.store import open_publication
from orchestration.workspace import Workspace

BACKUP = "bring it back from a backup; the ledger is never mended by hand"


class LedgerError(UserError):
    """The ledger is not what it was."""

    exit_code = 3


@dataclass
class Verification:
    """What was found. closes: the months read, in order. notes: what is as it should be, but not yet everywhere."""

    closes: list[Close] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def lines(self) -> int:
        return self.closes[-1].ledger_lines if self.closes else 0

    @property
    def head(self) -> str:
        return self.closes[-1].head_hash if self.closes else chain.GENESIS


def require_whole(workspace: Workspace) -> None:
    """Raises LedgerError if the ledger in itself, or against what was published, is not whole."""
    found = verify_files(workspace)
    found.problems += _lost_months(workspace, found)
    if found.problems:
        raise LedgerError("The ledger is damaged; nothing was changed:", found.problems)


def verify(workspace: Workspace, head: str | None = None) -> Verification:
    """Checks everything, the warehouse as well if there is one. head: the hash of a close report kept elsewhere."""
    found = verify_files(workspace)
    if head is not None and head.lower() not in {close.head_hash for close in found.closes}:
        reason = f"was never the ledger's hash; it has {found.lines:,} lines and the hash {found.head}"
        found.problems.append(Problem(f"--head {head}", reason, BACKUP))
    elif head is not None and head.lower() != found.head:
        later = [close.period for close in found.closes]
        then = next(close.period for close in found.closes if close.head_hash == head.lower())
        found.notes.append(
            f"The hash given is that of {then}; closed since: {', '.join(later[later.index(then) + 1 :])}"
        )
    found.problems += [*_lost_months(workspace, found), *backup.differences(workspace)]
    if lacking := backup.missing(workspace):
        months = ", ".join(month.name for month in lacking)
        found.notes.append(f"Not in the backup yet: {months}; quotaline ledger backup{workspace.option}")
    if workspace.warehouse.is_file() and not found.problems:
        with builds.connect(workspace, read_only=True) as warehouse:
            if _holds_what_is_published(workspace, warehouse):
                _compare(workspace, warehouse, found)
            else:
                found.notes.append(
                    f"The warehouse holds no published build: not compared; quotaline run{workspace.option}"
                )
    return found


def _holds_what_is_published(workspace: Workspace, warehouse: duckdb.DuckDBPyConnection) -> bool:
    """A build that failed or was killed may have some tables of before the last closing, and some of after it."""
    built = builds.in_warehouse(warehouse)
    current = workspace.published / "current" / "manifest.json"
    return built is not None and current.is_file() and json.loads(current.read_bytes())["build_id"] == built.build_id


def verify_files(workspace: Workspace) -> Verification:
    """The ledger in itself: bytes, hashes, manifests, payroll files; months without a gap, and nothing else beside."""
    found = Verification()
    closed = store.months(workspace)
    found.problems += _foreign(workspace, closed)
    with duckdb.connect(":memory:") as connection:
        for month in closed:
            found.problems += _bytes(month)
            try:
                close = store.read_close(month)
            except UserError as error:
                found.problems += error.problems
                continue
            found.problems += _month(connection, month, close, found.closes[-1] if found.closes else None)
            found.closes.append(close)
    return found


def _foreign(workspace: Workspace, closed: list[Path]) -> Iterator[Problem]:
    """A folder that is no closed month would be read as settled lines without ever having been closed."""
    entries = sorted(workspace.ledger.iterdir()) if workspace.ledger.is_dir() else []
    for path in entries:
        if path not in closed and path.name != "requests" and not path.name.startswith("."):
            yield Problem(f"ledger/{path.name}", "is no closed month", "move it out of the ledger")


def _bytes(month: Path) -> Iterator[Problem]:
    where = f"ledger/{month.name}"
    try:
        said = (month / store.CHECKSUMS).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        yield Problem(f"{where}/{store.CHECKSUMS}", "can't be read", BACKUP)
        return
    if said == (now := store.checksums(month)):
        return
    before, after = _by_name(said), _by_name(now)
    names = sorted(name for name in before | after if before.get(name) != after.get(name))
    for name in names or [store.CHECKSUMS]:
        reason = "is missing" if name not in after else "was added" if name not in before else "was changed"
        yield Problem(f"{where}/{name}", f"{reason} since the month was closed", BACKUP)


def _by_name(checksums: str) -> dict[str, str]:
    return {line[66:]: line[:64] for line in checksums.splitlines()}


def _month(connection: duckdb.DuckDBPyConnection, month: Path, close: Close, before: Close | None) -> Iterator[Problem]:
    where = f"ledger/{month.name}/{store.MANIFEST}"
    previous = before.head_hash if before else chain.GENESIS
    if close.period != month.name:
        yield Problem(where, f"is of {close.period}", BACKUP)
    if before and close.starts_on != before.ends_on:
        yield Problem("ledger", f"has no month between {before.period} and {close.period}", BACKUP)
    if close.previous_hash != previous:
        yield Problem(where, "does not follow the month before it", BACKUP)
    if close.head_hash != chain.month_hash(close.last_line_hash, close.hashed()):
        yield Problem(where, "is not what its hash was made of", BACKUP)
    try:
        yield from _lines(connection, month, close, before)
        yield from _payroll(connection, month)
    except duckdb.Error as error:
        yield Problem(f"ledger/{month.name}", f"holds a file that can't be read: {str(error).splitlines()[0]}", BACKUP)


def _lines(connection: duckdb.DuckDBPyConnection, month: Path, close: Close, before: Close | None) -> Iterator[Problem]:
    where, path = f"ledger/{month.name}/{store.LINES}", builds.quoted(month / store.LINES)
    texts = ", ".join(f"{column}::text" for column in chain.COLUMNS)
    rows = connection.execute(
        f"select {texts}, row_hash, line_number from read_parquet('{path}') order by line_number"
    ).fetchall()
    first = before.ledger_lines if before else 0
    hashes = chain.line_hashes(close.previous_hash, (row[: len(chain.COLUMNS)] for row in rows))
    for place, (row, expected) in enumerate(zip(rows, hashes, strict=True), start=first + 1):
        if row[-2] != expected or row[-1] != place:
            line = f"worker {row[1]}, component {row[2] or 'none'}, {row[5]}"
            yield Problem(where, f"line {place} ({line}) is not what its hash was made of", BACKUP, row=place - first)
            return
    if len(rows) != close.lines or first + len(rows) != close.ledger_lines:
        yield Problem(where, f"has {len(rows):,} lines, its manifest says {close.lines:,}", BACKUP)
    elif (rows[-1][-2] if rows else close.previous_hash) != close.last_line_hash:
        yield Problem(where, "does not end with the line that its manifest says", BACKUP)


def _payroll(connection: duckdb.DuckDBPyConnection, month: Path) -> Iterator[Problem]:
    payroll = f"select {COLUMNS} from read_parquet('{builds.quoted(month / store.PAYROLL)}')"
    path = builds.quoted(month / store.PAYROLL_CSV)
    # Nothing is guessed: a name may hold a line break, a tab or the separator of another country.
    form = "header = true, all_varchar = true, delim = ',', quote = '\"', escape = '\"', new_line = '\\n'"
    csv = f"select {COLUMNS} from read_csv('{path}', {form})"
    of_lines = payroll_query(f"from read_parquet('{builds.quoted(month / store.LINES)}')", payroll)
    for name, said, expected in (
        (store.PAYROLL, payroll, of_lines),
        (store.PAYROLL_CSV, csv, for_spreadsheets(of_lines)),
    ):
        differing = f"(({expected}) except all ({said})) union all (({said}) except all ({expected}))"
        if row := connection.execute(f"select worker_id from ({differing}) order by worker_id limit 1").fetchone():
            yield Problem(f"ledger/{month.name}/{name}", f"does not pay worker {row[0]} what the lines say", BACKUP)


# Against the published tables and the warehouse


def _lost_months(workspace: Workspace, found: Verification) -> Iterator[Problem]:
    """What was published knew months that the ledger no longer has: it was copied back from an earlier day, or cut."""
    if not (workspace.published / "current").exists():
        return
    has = {close.period: close.head_hash for close in found.closes}
    with open_publication(workspace) as publication:
        if not _has_table(publication, "marts", "dim_closed_periods"):
            return
        known = publication.execute("select period_id, head_hash from marts.dim_closed_periods order by 1").fetchall()
    for period, head in known:
        if has.get(period) != head:
            what = "has another" if period in has else "no longer has"
            yield Problem("ledger", f"{what} {period}, which is published with the hash {head}", BACKUP)


def _compare(workspace: Workspace, warehouse: duckdb.DuckDBPyConnection, found: Verification) -> None:
    """The settled lines of the warehouse are the ledger's, for the months that it has read."""
    if not _has_table(warehouse, "core", "dim_closed_periods"):
        found.notes.append(f"The warehouse has no payouts yet: quotaline run{workspace.option}")
        return
    read = {str(row[0]) for row in warehouse.execute("select period_id from core.dim_closed_periods").fetchall()}
    if unread := [close.period for close in found.closes if close.period not in read]:
        found.notes.append(f"Closed since the last build: {', '.join(unread)}; next: quotaline run{workspace.option}")
    months = [workspace.ledger / close.period / store.LINES for close in found.closes if close.period in read]
    if not months:
        return
    files = ", ".join(f"'{builds.quoted(path)}'" for path in months)
    in_ledger = f"select {', '.join(chain.COLUMNS)} from read_parquet([{files}])"
    names = ", ".join(_MART_NAMES.get(column, column) for column in chain.COLUMNS)
    in_warehouse = f"select {names} from payout.fct_payouts where is_settled"
    for side, first, second in (
        ("is not in the warehouse", in_ledger, in_warehouse),
        ("is in the warehouse, but not in the ledger", in_warehouse, in_ledger),
    ):
        row: Any = warehouse.execute(f"({first}) except all ({second}) order by 5, 2, 3, 1 limit 1").fetchone()
        if row:
            line = f"{row[4]}, worker {row[1]}, component {row[2] or 'none'}, {row[5]} {row[6]} {row[7]}"
            found.problems.append(
                Problem(f"line {row[0]}", f"({line}) {side}", "run: quotaline run, then verify again")
            )


_MART_NAMES = {"earned_period": "earned_period_id", "pay_period": "pay_period_id"}


def _has_table(connection: duckdb.DuckDBPyConnection, schema: str, table: str) -> bool:
    found = connection.execute(
        "select 1 from duckdb_tables() where database_name = current_database() and schema_name = ? and table_name = ?",
        [schema, table],
    ).fetchone()
    return found is not None
