"""Closing a month: its payout lines, as published, become part of the ledger, and never change again.

Everything that speaks against it is said at once, and nothing is written. With `[close] approvals = 2` the closing is
requested first; another person's approval then closes exactly what was requested.
"""

from __future__ import annotations

import difflib
import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
from pydantic import ValidationError

from orchestration import builds
from orchestration.builds import Record
from orchestration.ledger import backup, chain, store, verify
from orchestration.ledger.payroll import for_spreadsheets, payroll_query
from orchestration.ledger.store import Close
from orchestration.problems import Problem, UserError
from orchestration.publish.store import open_publication, rows
from orchestration.run_lock import alone_in
from orchestration.workspace import Workspace

SHOWN = 5


class Request(Record):
    """A closing that waits for its second name. last_line_hash stands for the very lines that were requested."""

    period: str
    requested_by: str
    requested_at: datetime
    note: str | None
    build_id: str
    last_line_hash: str


@dataclass(frozen=True)
class _Month:
    """A month that may be closed, as the publication has it."""

    publication: duckdb.DuckDBPyConnection
    facts: dict[str, Any]
    period: str
    starts_on: date
    ends_on: date
    before: Close | None
    hashes: tuple[str, ...]

    @property
    def previous_hash(self) -> str:
        return self.before.head_hash if self.before else chain.GENESIS

    @property
    def last_line_hash(self) -> str:
        return self.hashes[-1] if self.hashes else self.previous_hash


def close(workspace: Workspace, period: str, by: str, note: str | None = None) -> Close | Request:
    """Closes a fiscal month in somebody's name, or requests it where two names are needed.

    Raises UserError with everything that speaks against it: the month is not over or not the first open one, the last
    build is not published, an exception of level error concerns the month, a line has no payroll amount, a run goes on.
    """
    name = _name(by)
    with alone_in(workspace), open_publication(workspace) as publication:
        month = _month_to_close(workspace, publication, period)
        if workspace.settings.close.approvals == 1:
            return _write(workspace, month, closed_by=name, approved_by=None, note=note)
        request = Request(
            period=period,
            requested_by=name,
            requested_at=datetime.now(UTC),
            note=note,
            build_id=month.facts["build_id"],
            last_line_hash=month.last_line_hash,
        )
        builds.replace_text(_request_path(workspace, period), request.model_dump_json(indent=2))
        return request


def approve(workspace: Workspace, period: str, by: str) -> Close:
    """Closes a requested month in a second name. Raises UserError if nobody requested it, if it is the same name, or if
    the month's lines are no longer those that were requested."""
    name = _name(by)
    with alone_in(workspace), open_publication(workspace) as publication:
        request = _read_request(workspace, period)
        if name.casefold() == request.requested_by.casefold():
            problem = Problem(f"--by {name}", "requested this closing", "have somebody else approve it")
            raise UserError(f"{period} was not closed:", [problem])
        month = _month_to_close(workspace, publication, period)
        if month.last_line_hash != request.last_line_hash:
            remedy = f"look at it, then: quotaline close {period} --by NAME"
            problem = Problem(period, "pays other lines now than when its closing was requested", remedy)
            raise UserError(f"{period} was not closed:", [problem])
        closed = _write(workspace, month, closed_by=request.requested_by, approved_by=name, note=request.note)
        _request_path(workspace, period).unlink()
        return closed


def _name(by: str) -> str:
    name = " ".join(by.split())
    if not name:
        raise UserError("A closing needs a name.", [Problem("--by", "is empty", "say who closes the month")])
    return name


def _request_path(workspace: Workspace, period: str) -> Path:
    return workspace.ledger / "requests" / f"{period}.json"


def _read_request(workspace: Workspace, period: str) -> Request:
    try:
        return Request.model_validate_json(_request_path(workspace, period).read_bytes())
    except (OSError, ValidationError):
        problem = Problem(period, "nobody has requested its closing", f"quotaline close {period} --by NAME")
        raise UserError(f"{period} can't be approved:", [problem]) from None


# What speaks against it


def _month_to_close(workspace: Workspace, publication: duckdb.DuckDBPyConnection, period: str) -> _Month:
    """The month, if nothing speaks against closing it. Raises UserError with everything that does."""
    verify.require_whole(workspace)
    before = store.last_close(workspace)
    starts_on, ends_on = _dates(publication, period)
    facts = rows(publication, "from publication")[0]
    problems = [
        *_build_problems(workspace, publication, facts, before),
        *_order_problems(publication, period, before),
        *_time_problems(period, ends_on, facts["as_of"]),
        *_row_problems(publication, period),
        *backup.differences(workspace),
    ]
    if problems:
        raise UserError(f"{period} was not closed:", problems)
    lines = publication.execute(f"select {_TEXTS} from ({_LINES}) order by line_number", [period]).fetchall()
    month = _Month(publication, facts, period, starts_on, ends_on, before, ())
    hashes = tuple(chain.line_hashes(month.previous_hash, lines))
    return _Month(publication, facts, period, starts_on, ends_on, before, hashes)


def _dates(publication: duckdb.DuckDBPyConnection, period: str) -> tuple[date, date]:
    rows = publication.execute("select period_id, starts_on, ends_on from marts.dim_periods order by 1").fetchall()
    found = {str(name): (starts_on, ends_on) for name, starts_on, ends_on in rows}
    if period not in found:
        near = difflib.get_close_matches(period, found, n=1)
        remedy = f"did you mean {near[0]}?" if near else "write it like FY2026-M03"
        raise UserError("There is no such month.", [Problem(period, "is no fiscal month of the calendar", remedy)])
    return found[period]


def _build_problems(
    workspace: Workspace, publication: duckdb.DuckDBPyConnection, facts: dict[str, Any], before: Close | None
) -> Iterator[Problem]:
    again = "run: quotaline run"
    with builds.connect(workspace, read_only=True) as warehouse:
        built = builds.in_warehouse(warehouse)
    if built is None or built.build_id != facts["build_id"]:
        yield Problem(f"build {built.build_id if built else ''}", "is not the one that is published", again)
    elif workspace.last_failure.is_file():
        failed_at = datetime.fromisoformat(json.loads(workspace.last_failure.read_bytes())["at"])
        if failed_at.replace(tzinfo=None) > facts["published_at"].replace(microsecond=0):
            yield Problem("the last run", "failed after what is published was made", again)
    if builds.folder_sha256(workspace.rules_copy) != facts["rules_sha256"]:
        yield Problem(workspace.settings.rules, "is not what the published build was made by", again)
    known = publication.execute("select head_hash from marts.dim_closed_periods order by period_id").fetchall()
    if (known[-1][0] if known else None) != (before.head_hash if before else None):
        yield Problem("the ledger", "has another last month than the published build knows", again)


def _order_problems(publication: duckdb.DuckDBPyConnection, period: str, before: Close | None) -> Iterator[Problem]:
    if before and period <= before.period:
        yield Problem(period, "is closed", "look at it: quotaline status")
        return
    first = (
        publication.execute("select min(period_id) from marts.dim_periods where period_id > ?", [before.period])
        if before
        else publication.execute("select min(pay_period_id) from marts.fct_payouts")
    ).fetchone()
    if first and first[0] and first[0] != period:
        yield Problem(period, "is not the first open month", f"close {first[0]} before it")


def _time_problems(period: str, ends_on: date, as_of: date) -> Iterator[Problem]:
    if ends_on > as_of + timedelta(days=1):
        yield Problem(period, f"is only known up to {as_of}", "run again when it is over, or correct as_of")
    elif ends_on > date.today():
        yield Problem(period, f"is not over before {ends_on}", "close it then")


def _row_problems(publication: duckdb.DuckDBPyConnection, period: str) -> Iterator[Problem]:
    exceptions = publication.execute(
        """
        select kind, entity, count(*), min(record_key), min(file), min(remedy) from reporting.rpt_exceptions
        where severity = 'error' and coalesce(period_id, $1) <= $1 group by kind, entity order by kind, entity
        """,
        [period],
    ).fetchall()
    for kind, entity, count, key, file, remedy in exceptions:
        more = f" and {count - 1} more" if count > 1 else ""
        where = f"{entity} {key or ''}".strip() + (f" ({file})" if file else "")
        yield Problem(where, f"is an exception of level error: {kind}{more}", remedy or "quotaline exceptions")
    unpaid = publication.execute(
        "select worker_id, currency, count(*) from marts.fct_payouts where pay_period_id = ? and payroll_amount is null"
        f" group by all order by all limit {SHOWN}",
        [period],
    ).fetchall()
    for worker, currency, count in unpaid:
        remedy = f"add the rate from {currency} for {period} to fx_rates"
        yield Problem(f"worker {worker}", f"has {count} lines without an amount in payroll currency", remedy)


# Writing

_LINES = """
    select
        payout_line_id, worker_id, component_id, earned_period_id as earned_period, pay_period_id as pay_period,
        line_type, amount, currency, payroll_amount, payroll_currency,
        row_number() over (
            order by worker_id, component_id nulls first, earned_period_id, line_type, currency, payout_line_id
        ) as line_number
    from marts.fct_payouts where pay_period_id = ?
"""
_TEXTS = ", ".join(f"{column}::text as {column}" for column in chain.COLUMNS)


def _write(workspace: Workspace, month: _Month, closed_by: str, approved_by: str | None, note: str | None) -> Close:
    publication, facts = month.publication, month.facts
    totals = publication.execute(
        "select payroll_currency, sum(payroll_amount)::decimal(18, 2)::text from marts.fct_payouts"
        " where pay_period_id = ? group by payroll_currency order by payroll_currency",
        [month.period],
    ).fetchall()
    lines_before = month.before.ledger_lines if month.before else 0
    said = Close(
        period=month.period,
        starts_on=month.starts_on,
        ends_on=month.ends_on,
        closed_at=datetime.now(UTC),
        closed_by=closed_by,
        approved_by=approved_by,
        note=note,
        build_id=facts["build_id"],
        code_revision=facts["code_revision"],
        as_of=facts["as_of"],
        load_ids=tuple(facts["load_ids"].split(", ")),
        rules={path.name: store.sha256(path) for path in _rules(workspace)},
        lines=len(month.hashes),
        ledger_lines=lines_before + len(month.hashes),
        payroll={str(currency): str(total) for currency, total in totals},
        previous_hash=month.previous_hash,
        last_line_hash=month.last_line_hash,
    )
    closed = said.model_copy(update={"head_hash": chain.month_hash(said.last_line_hash, said.hashed())})

    def fill(folder: Path) -> None:
        _write_lines(folder, month, lines_before)
        _write_period(folder, month, closed)
        _write_payroll(folder, month)
        _write_state(folder, month)
        (folder / store.RULES).mkdir()
        for path in _rules(workspace):
            shutil.copyfile(path, folder / store.RULES / path.name)
        store.write_json(folder / store.MANIFEST, closed)

    store.add_month(workspace, month.period, fill)
    return closed


def _write_lines(folder: Path, month: _Month, lines_before: int) -> None:
    hashes = pa.table({"place": pa.array(range(1, len(month.hashes) + 1), pa.int64()),
                       "row_hash": pa.array(month.hashes, pa.string())})  # fmt: skip
    month.publication.register("line_hashes", hashes)
    query = f"""
        select {", ".join(chain.COLUMNS)}, line_number + {lines_before} as line_number, row_hash
        from ({_LINES}) as lines inner join line_hashes on lines.line_number = line_hashes.place order by line_number
    """
    _copy(month, query, [month.period], folder / store.LINES)


def _write_period(folder: Path, month: _Month, closed: Close) -> None:
    query = """
        select $1::text as period, $2::text as closed_at, $3::text as closed_by, $4::text as approved_by,
            $5::text as note, $6::text as build_id, $7::text as code_revision, $8::bigint as line_count,
            $9::bigint as ledger_line_count, $10::text as head_hash
    """
    values = [
        closed.period, closed.closed_at.strftime("%Y-%m-%d %H:%M:%S"), closed.closed_by, closed.approved_by,
        closed.note, closed.build_id, closed.code_revision, closed.lines, closed.ledger_lines, closed.head_hash,
    ]  # fmt: skip
    _copy(month, query, values, folder / store.PERIOD)


def _write_payroll(folder: Path, month: _Month) -> None:
    lines = "select * from marts.fct_payouts where pay_period_id = $1"
    query = payroll_query(lines, "select worker_id, worker_name from marts.dim_workers")
    _copy(month, query, [month.period], folder / store.PAYROLL)
    _copy(month, for_spreadsheets(query), [month.period], folder / store.PAYROLL_CSV)


def _write_state(folder: Path, month: _Month) -> None:
    """What the next build compares with, to say why closed months are restated."""
    _copy(month, _CREDITS, [month.period], folder / store.CREDITS)
    _copy(month, "select worker_id, measure_id, period_id as period, quota_amount from marts.fct_quotas", [],
          folder / store.QUOTAS)  # fmt: skip
    _copy(month, _SHARES, [month.period], folder / store.SHARES)
    _copy(month, "from marts.dim_rules", [], folder / store.RULE_VALUES)
    _copy(month, _RESTATEMENTS, [month.period], folder / store.RESTATEMENTS)


_CREDITS = """
    select credit_id, transaction_id, worker_id, measure_id, period_id as period, credit_amount, currency
    from marts.fct_credits where period_id <= ?
"""
_SHARES = """
    select worker_id, component_id, period_id as period, active_share, ramp_share, objective_score
    from marts.fct_attainment where period_id <= ?
"""
_RESTATEMENTS = """
    select payout_line_id, cause, entity, record_key, column_name, old_value, new_value
    from reporting.rpt_restatements where pay_period_id = ?
"""


def _rules(workspace: Workspace) -> list[Path]:
    return sorted(workspace.rules_copy.glob("*.csv"))


def _copy(month: _Month, query: str, values: list[Any], path: Path) -> None:
    options = "format csv, header" if path.suffix == ".csv" else "format parquet, compression zstd"
    month.publication.execute(f"copy ({query}) to '{builds.quoted(path)}' ({options})", values)
