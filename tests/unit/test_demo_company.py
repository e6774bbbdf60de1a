"""The demo company: the same bytes for the same options, whole but for the faults planted in it."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest

from orchestration.demo.company import generate
from orchestration.problems import UserError
from orchestration.workspace import PROJECT_ROOT

AS_OF = date(2026, 10, 31)
WORKERS, EVENTS = 60, 3_000
LAST_WORKER = "w00060"


@pytest.fixture(scope="module")
def landing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo") / "landing"
    generate(folder, WORKERS, EVENTS, 7, AS_OF)
    return folder


@pytest.fixture(scope="module")
def warehouse(landing: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """One view an entity, and one a rule file of seeds/."""
    with duckdb.connect() as connection:
        for path in sorted(landing.glob("*.parquet")):
            connection.execute(f"create view {path.stem} as select * from '{path}'")
        events = landing / "sales_events" / "*.parquet"
        connection.execute(f"create view sales_events as select * from '{events}'")
        for path in sorted((PROJECT_ROOT / "seeds").glob("*.csv")):
            connection.execute(f"create view {path.stem} as select * from read_csv('{path}', all_varchar = true)")
        yield connection


def digests(folder: Path) -> dict[str, str]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def stamps(folder: Path) -> dict[Path, tuple[int, int]]:
    return {path: (path.stat().st_ino, path.stat().st_mtime_ns) for path in folder.rglob("*") if path.is_file()}


def found(warehouse: duckdb.DuckDBPyConnection, query: str) -> list[tuple[object, ...]]:
    return warehouse.execute(query).fetchall()


def test_the_same_options_give_the_same_bytes(landing: Path, tmp_path: Path) -> None:
    generate(tmp_path / "again", WORKERS, EVENTS, 7, AS_OF)
    assert digests(tmp_path / "again") == digests(landing)


def test_the_number_of_threads_changes_nothing(landing: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    connect = duckdb.connect
    monkeypatch.setattr(duckdb, "connect", lambda path, config: connect(path, config=config | {"threads": 1}))
    generate(tmp_path / "one_thread", WORKERS, EVENTS, 7, AS_OF)
    assert digests(tmp_path / "one_thread") == digests(landing)


def test_another_seed_gives_another_company(landing: Path, tmp_path: Path) -> None:
    generate(tmp_path / "other", WORKERS, EVENTS, 8, AS_OF)
    other, same = digests(tmp_path / "other"), digests(landing)
    assert other.keys() == same.keys()
    assert {name for name in same if other[name] == same[name]} <= {
        "payout_adjustments.parquet",
        "products.parquet",
        "sales_events/manual.csv",
    }


def test_a_rerun_touches_nothing_and_keeps_files_of_others(tmp_path: Path) -> None:
    landing = tmp_path / "landing"
    generate(landing, 10, 100, 7, AS_OF)
    (landing / "quotas.csv").write_text("worker_id,measure_id,period,quota_amount\n", encoding="utf-8")
    before = stamps(landing)
    again = generate(landing, 10, 100, 7, AS_OF)
    assert again.changed_files == 0
    assert stamps(landing) == before
    assert [path.name for path in tmp_path.iterdir()] == ["landing"]


def test_a_later_day_adds_months_and_leaves_the_past_alone(landing: Path, tmp_path: Path) -> None:
    earlier = tmp_path / "earlier"
    generate(earlier, WORKERS, EVENTS, 7, date(2026, 6, 30))
    months = {name: digest for name, digest in digests(earlier).items() if name.startswith("sales_events/")}
    assert len(months) == 18 + 1
    assert months.items() <= digests(landing).items()
    changed = generate(earlier, WORKERS, EVENTS, 7, AS_OF)
    assert digests(earlier) == digests(landing)
    assert changed.changed_files < changed.files - 18


def test_a_day_outside_the_plans_years_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="2027-01-01"):
        generate(tmp_path / "landing", WORKERS, EVENTS, 7, date(2027, 1, 1))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("workers", "events"), [(10, 100), (300, 6_000), (5_000, 50_000)])
def test_there_are_as_many_people_and_events_as_asked_for(tmp_path: Path, workers: int, events: int) -> None:
    made = generate(tmp_path / "landing", workers, events, 7, AS_OF)
    assert made.workers == workers
    assert 0.8 * events <= made.events <= 1.2 * events + 20
    assert str(made).startswith(f"{workers:,} workers, ")


def test_history_has_22_months_two_currencies_and_every_kind_of_event(warehouse: duckdb.DuckDBPyConnection) -> None:
    assert found(warehouse, "select count(distinct strftime(event_date, '%Y-%m')) from sales_events") == [(22,)]
    assert found(warehouse, "select max(event_date) <= date '2026-10-31' from sales_events") == [(True,)]
    assert found(warehouse, "select distinct currency from sales_events order by 1") == [("EUR",), ("USD",)]
    kinds = [("booking",), ("cancellation",), ("invoice",), ("payment",)]
    assert found(warehouse, "select distinct event_type from sales_events order by 1") == kinds
    kinds = [("expansion",), ("new",), ("other",), ("renewal",)]
    assert found(warehouse, "select distinct opportunity_type from opportunities order by 1") == kinds


@pytest.mark.parametrize(
    "lives",
    [
        "select 1 from workers where hire_date >= date '2025-01-01'",
        "select 1 from workers where termination_date is not null",
        "select 1 from worker_leaves where is_paid",
        "select 1 from worker_leaves where not is_paid",
        "select 1 from worker_jobs group by worker_id having count(distinct sales_role) > 1",
        "select 1 from worker_jobs group by worker_id, sales_role having count(distinct manager_worker_id) > 1",
        "select 1 from plan_assignments group by worker_id having count(distinct plan_id[:-6]) > 1",
        "select 1 from workers where payroll_currency = 'EUR'",
        "select 1 from draws where draw_type = 'recoverable'",
        "select 1 from draws where draw_type = 'nonrecoverable'",
        "select 1 from payout_adjustments where approved_by is null",
        "select 1 from payout_adjustments where approved_by is not null",
        "select 1 from opportunity_splits where split_type = 'overlay'",
        "select 1 from opportunity_splits where split_share = 0.33333",
        "select 1 from quotas where period = 'FY2026'",
        "select 1 from quotas where period = 'FY2026-Q1'",
        "select 1 from quotas where period = 'FY2026-M01'",
        "select 1 from territory_assignments where valid_from = date '2026-01-01'",
        "select 1 from crm_users where worker_id is null",
    ],
)
def test_people_live_as_people_do(warehouse: duckdb.DuckDBPyConnection, lives: str) -> None:
    assert found(warehouse, lives)


# Each reference of the contract, and who breaks it: only the rows planted for that.
REFERENCES = [
    ("accounts", "account_id", "parent_account_id", "accounts", "account_id", {"A-orphan"}),
    ("crm_users", "user_id", "worker_id", "workers", "worker_id", set()),
    ("opportunities", "opportunity_id", "account_id", "accounts", "account_id", set()),
    ("opportunities", "opportunity_id", "owner_user_id", "crm_users", "user_id", set()),
    ("opportunity_splits", "opportunity_id", "user_id", "crm_users", "user_id", {"O-stranger"}),
    ("opportunity_splits", "opportunity_id", "opportunity_id", "opportunities", "opportunity_id", set()),
    ("sales_events", "event_id", "opportunity_id", "opportunities", "opportunity_id", set()),
    ("sales_events", "event_id", "account_id", "accounts", "account_id", set()),
    ("sales_events", "event_id", "product_id", "products", "product_id", set()),
    ("sales_events", "event_id", "related_event_id", "sales_events", "event_id", set()),
    ("worker_jobs", "worker_id", "worker_id", "workers", "worker_id", set()),
    ("worker_jobs", "worker_id", "manager_worker_id", "workers", "worker_id", set()),
    ("worker_compensation", "worker_id", "worker_id", "workers", "worker_id", set()),
    ("worker_leaves", "worker_id", "worker_id", "workers", "worker_id", set()),
    ("territory_assignments", "worker_id", "worker_id", "workers", "worker_id", set()),
    ("territory_assignments", "worker_id", "territory_id", "territories", "territory_id", {LAST_WORKER}),
    ("plan_assignments", "worker_id", "worker_id", "workers", "worker_id", set()),
    ("plan_assignments", "worker_id", "plan_id", "plans", "plan_id", {LAST_WORKER}),
    ("quotas", "worker_id", "worker_id", "workers", "worker_id", {"w-nobody"}),
    ("quotas", "worker_id", "measure_id", "measures", "measure_id", set()),
    ("objectives", "objective_id", "component_id", "plan_components", "component_id", set()),
    ("draws", "worker_id", "worker_id", "workers", "worker_id", set()),
    ("payout_adjustments", "adjustment_id", "worker_id", "workers", "worker_id", set()),
]


@pytest.mark.parametrize(("table", "key", "column", "other", "other_key", "planted"), REFERENCES)
def test_only_the_planted_references_are_broken(
    warehouse: duckdb.DuckDBPyConnection,
    table: str,
    key: str,
    column: str,
    other: str,
    other_key: str,
    planted: set[str],
) -> None:
    query = f"""
        select distinct {key} from {table}
        where {column} is not null
            and not exists (select 1 from {other} as target where target.{other_key} = {table}.{column})"""
    assert {row[0] for row in found(warehouse, query)} == planted


def test_keys_are_unique_but_for_the_account_planted_twice(warehouse: duckdb.DuckDBPyConnection) -> None:
    keys = {
        "accounts": "account_id",
        "crm_users": "user_id",
        "opportunities": "opportunity_id",
        "opportunity_splits": "opportunity_id, user_id, split_type",
        "sales_events": "event_id",
        "workers": "worker_id",
        "worker_jobs": "worker_id, valid_from",
        "worker_compensation": "worker_id, valid_from",
        "territory_assignments": "territory_id, worker_id, assignment_role, valid_from",
        "plan_assignments": "worker_id, plan_id, valid_from",
        "quotas": "worker_id, measure_id, period",
        "objectives": "objective_id",
    }
    repeated = {
        table: found(warehouse, f"select {key} from {table} group by {key} having count(*) > 1")
        for table, key in keys.items()
    }
    assert {table: rows for table, rows in repeated.items() if rows} == {"accounts": [("A-twice",)]}


@pytest.mark.parametrize(
    ("table", "fault"),
    [
        ("products", "product_id is null"),
        ("worker_jobs", "job_title = 'Overlapping job'"),
        ("worker_leaves", "leave_to < leave_from"),
        ("quotas", "period = 'FY2026-Q5'"),
        ("quotas", "quota_amount is null"),
        ("draws", "draw_type not in ('recoverable', 'nonrecoverable')"),
        ("accounts", "country = 'JP'"),
    ],
)
def test_each_planted_fault_is_there_once(warehouse: duckdb.DuckDBPyConnection, table: str, fault: str) -> None:
    assert found(warehouse, f"select count(*) from {table} where {fault}") == [(1,)]


def test_jobs_overlap_only_where_planted(warehouse: duckdb.DuckDBPyConnection) -> None:
    query = """
        select distinct one.worker_id from worker_jobs as one inner join worker_jobs as other
            on one.worker_id = other.worker_id and one.valid_from < other.valid_from
            and coalesce(one.valid_to, date '9999-12-31') > other.valid_from"""
    assert found(warehouse, query) == [(LAST_WORKER,)]


def test_revenue_splits_sum_to_one_but_for_the_planted_one(warehouse: duckdb.DuckDBPyConnection) -> None:
    query = """
        select opportunity_id, sum(split_share)::varchar from opportunity_splits where split_type = 'revenue'
        group by opportunity_id having abs(sum(split_share) - 1) > 0.00001"""
    assert found(warehouse, query) == [("O-ninety", "0.900000000")]


def test_objectives_weigh_one_but_for_the_planted_quarter(warehouse: duckdb.DuckDBPyConnection) -> None:
    query = "select period from objectives group by worker_id, period having sum(weight) <> 1"
    assert found(warehouse, query) == [("FY2026-Q2",)]


def test_events_typed_by_hand_bring_each_fault_of_format(landing: Path) -> None:
    with (landing / "sales_events" / "manual.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["event_id"]: row for row in csv.DictReader(file)}
    assert len(rows) == 15  # one of the 16 rows repeats a key
    assert rows["M-01"]["amount"] == "12.000,50"
    assert rows["M-02"]["event_date"] == "31/02/2026"
    assert rows["M-03"]["event_date"] == ""
    assert rows["M-04"]["event_type"] == "refund"
    assert rows["M-05"]["opportunity_id"] == "O-unknown"
    assert rows["M-07"]["owner_user_id"] == "u-nobody"
    assert rows["M-09"]["owner_user_id"] == ""
    assert rows["M-13"]["currency"] == "GBP"


def test_a_cancellation_never_takes_back_more_than_was_booked(warehouse: duckdb.DuckDBPyConnection) -> None:
    query = """
        select
            count(*),
            count(*) filter (-reversal.amount > booking.amount or reversal.event_date <= booking.event_date)
        from sales_events as reversal inner join sales_events as booking on reversal.related_event_id = booking.event_id
        where reversal.event_type = 'cancellation'"""
    [(count, wrong)] = found(warehouse, query)
    assert int(str(count)) > 10
    assert wrong == 0


def test_sellers_sell_only_while_they_are_employed(warehouse: duckdb.DuckDBPyConnection) -> None:
    query = """
        select opportunity_id from opportunities
        inner join crm_users on opportunities.owner_user_id = crm_users.user_id
        inner join workers on workers.email = lower(crm_users.email)
        where is_won and (close_date < hire_date or close_date >= coalesce(termination_date, date '9999-12-31'))"""
    assert found(warehouse, query) == []


def test_fx_rates_hold_both_directions_of_every_month(warehouse: duckdb.DuckDBPyConnection) -> None:
    query = "select count(distinct period), count(*), min(from_currency), max(from_currency) from fx_rates"
    assert found(warehouse, query) == [(24, 48, "EUR", "USD")]
