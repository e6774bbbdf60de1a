"""Generates the demo company's landing files: the same options always give the same bytes.

Set-based in DuckDB: what varies comes from md5 of the seed, a stream's name and a row's number, so neither row order
nor the number of threads matters. Events are one file a month; a later as-of date leaves past months' files alone.
10 million events of 5,000 workers take 67 s on two idle cores (2026-11, DuckDB 1.5).
"""

from __future__ import annotations

import contextlib
import filecmp
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb

from orchestration.problems import Problem, UserError

HERE = Path(__file__).parent
STEPS = ("people.sql", "planning.sql", "deals.sql", "bad_rows.sql")
FIRST_DAY = date(2025, 1, 1)
LAST_DAY = date(2026, 12, 31)
MANUAL = "sales_events/manual.csv"
_OURS = re.compile(r"[a-z_]+\.parquet|sales_events/(\d{4}-\d{2}\.parquet|manual\.csv)")
_ROW_GROUP = 122_880

# What is written of each entity, and in which order its rows stand.
ENTITIES = {
    "accounts": """
        select
            account_id, account_name, parent_account_id, industry, segment, country, region, postal_code, owner_user_id
        from accounts order by account_id, account_name""",
    "products": "select product_id, product_name, product_family from products order by product_id, product_name",
    "crm_users": "select user_id, worker_id, email, user_name from crm_users order by user_id",
    "opportunities": """
        select
            opportunity_id, case opportunity_type when 'renewal' then 'Renewal ' else 'Deal ' end || opportunity_id
            as opportunity_name, account_key(account_no) as account_id, user_id as owner_user_id, opportunity_type,
            stage, is_closed, is_won, created_date, close_date, currency, amount::decimal(18, 2) as amount,
            probability::decimal(12, 9) as probability
        from opportunities order by opportunity_id""",
    "opportunity_splits": """
        select opportunity_id, user_id, split_type, split_share
        from opportunity_splits order by opportunity_id, split_type, user_id""",
    "workers": """
        select worker_id, worker_name, email, hire_date, termination_date, country, payroll_currency
        from workers order by worker_id""",
    "worker_jobs": """
        select
            worker_id, valid_from::date as valid_from, valid_to::date as valid_to, job_title, sales_role,
            manager_worker_id, fte
        from worker_jobs order by worker_id, valid_from, job_title""",
    "worker_compensation": """
        select worker_id, valid_from, valid_to, base_salary, target_incentive, currency
        from worker_compensation order by worker_id, valid_from""",
    "worker_leaves": """
        select worker_id, leave_from::date as leave_from, leave_to::date as leave_to, leave_type, is_paid
        from worker_leaves order by worker_id, leave_from""",
    "territory_assignments": """
        select
            territory_id, worker_id, assignment_role, valid_from::date as valid_from, valid_to::date as valid_to,
            credit_share
        from territory_assignments order by territory_id, worker_id, assignment_role, valid_from""",
    "plan_assignments": """
        select worker_id, plan_id, valid_from, valid_to, target_incentive
        from plan_assignments order by worker_id, plan_id, valid_from""",
    "quotas": "select worker_id, measure_id, period, quota_amount from quotas order by worker_id, measure_id, period",
    "objectives": """
        select objective_id, worker_id, component_id, period, objective_name, weight, target_value, actual_value, score
        from objectives order by objective_id""",
    "draws": """
        select worker_id, draw_type, valid_from, valid_to, amount_per_month, currency, recovery_share, recovery_from
        from draws order by worker_id, draw_type, valid_from""",
    "payout_adjustments": """
        select adjustment_id, worker_id, component_id, period, amount, currency, reason, requested_by, approved_by
        from payout_adjustments order by adjustment_id""",
}


@dataclass(frozen=True)
class Company:
    """What was generated. changed_files: how many of the files were not there before with the same bytes."""

    workers: int
    accounts: int
    opportunities: int
    events: int
    files: int
    changed_files: int

    def __str__(self) -> str:
        return (
            f"{self.workers:,} workers, {self.accounts:,} accounts, {self.opportunities:,} opportunities and"
            f" {self.events:,} sales events in {self.files} files ({self.changed_files} new or changed)"
        )


def generate(landing: Path, workers: int, events: int, seed: int, as_of: date) -> Company:
    """Writes the company's files into `landing`, all at once; unchanged files and files of others are left as they are.

    workers, events: how many, the events about. as_of: the last day of which there are events. Raises UserError if it
    lies outside the years that the demo's rules are for.
    """
    if not FIRST_DAY <= as_of <= LAST_DAY:
        remedy = f"set as_of to a day from {FIRST_DAY} to {LAST_DAY}"
        problem = Problem("quotaline.toml, as_of", "is outside the years of the demo's plans", remedy, value=str(as_of))
        raise UserError("The demo company was not generated:", [problem])
    landing = landing.resolve()
    landing.parent.mkdir(parents=True, exist_ok=True)
    with _folder_beside(landing) as made:
        with duckdb.connect(":memory:", config={"temp_directory": str(made / ".tmp")}) as connection:
            _calculate(connection, workers, events, seed, as_of)
            counts = _write(connection, made, as_of)
        shutil.rmtree(made / ".tmp", ignore_errors=True)
        files, changed = _swap(made, landing)
    return Company(*counts, files, changed)


def _calculate(connection: duckdb.DuckDBPyConnection, workers: int, events: int, seed: int, as_of: date) -> None:
    managers = max(workers // 9, 2)
    # Customers grow with the deals, an even number a team: every second is a small one.
    team_accounts = max(events // 25 // managers, 8) // 2 * 2
    numbers = {"workers": workers, "events": events, "managers": managers, "team_accounts": team_accounts}
    for name, value in numbers.items():
        connection.execute(f"set variable {name} = {value}")
    connection.execute(f"set variable seed = '{seed}'")
    connection.execute(f"set variable as_of = date '{as_of}'")
    for step in STEPS:
        connection.execute((HERE / step).read_text(encoding="utf-8"))


def _write(connection: duckdb.DuckDBPyConnection, folder: Path, as_of: date) -> tuple[int, int, int, int]:
    """One file an entity, events one a month; how many workers, accounts, opportunities and events there are."""
    counts = {name: _copy(connection, query, folder / f"{name}.parquet") for name, query in ENTITIES.items()}
    (folder / "sales_events").mkdir()
    events = 0
    for first, last in _months(as_of):
        query = f"select * from events_between(date '{first}', date '{last}')"
        events += _copy(connection, query, folder / "sales_events" / f"{first:%Y-%m}.parquet")
    manual = "select * exclude (fault) from manual_events order by event_id, amount"
    events += _count(connection.execute(f"copy ({manual}) to '{folder / MANUAL}' (format csv, header)"))
    return counts["workers"], counts["accounts"], counts["opportunities"], events


def _copy(connection: duckdb.DuckDBPyConnection, query: str, path: Path) -> int:
    options = f"format parquet, compression zstd, row_group_size {_ROW_GROUP}"
    return _count(connection.execute(f"copy ({query}) to '{path}' ({options})"))


def _count(copied: duckdb.DuckDBPyConnection) -> int:
    return int(copied.fetchall()[0][0])


def _months(as_of: date) -> Iterator[tuple[date, date]]:
    """First and last day of each month of the company's history; the last one ends with as_of."""
    first = FIRST_DAY
    while first <= as_of:
        following = (first + timedelta(days=31)).replace(day=1)
        yield first, min(following - timedelta(days=1), as_of)
        first = following


@contextlib.contextmanager
def _folder_beside(landing: Path) -> Iterator[Path]:
    """A folder on the same file system, gone afterwards whatever happens."""
    made = Path(tempfile.mkdtemp(prefix=f".{landing.name}-", dir=landing.parent))
    try:
        made.chmod(0o755)
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _swap(made: Path, landing: Path) -> tuple[int, int]:
    """Puts the new folder in the old one's place; gives the number of its files, and of those that are new or changed.

    Files that are the same, or not the generator's, go along as they are (hard links keep their times).
    """
    new = sorted(path.relative_to(made) for path in made.rglob("*") if path.is_file())
    kept = 0
    for path in sorted(landing.rglob("*")) if landing.is_dir() else []:
        name = path.relative_to(landing)
        if not path.is_file():
            continue
        if name in new:
            if filecmp.cmp(path, made / name, shallow=False):
                (made / name).unlink()
                os.link(path, made / name)
                kept += 1
        elif not _OURS.fullmatch(name.as_posix()):
            (made / name).parent.mkdir(parents=True, exist_ok=True)
            os.link(path, made / name)
    old = made.with_name(f"{made.name}-old")
    if landing.exists():
        landing.rename(old)
    made.rename(landing)
    shutil.rmtree(old, ignore_errors=True)
    return len(new), len(new) - kept
