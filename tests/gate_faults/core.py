"""Faults of calendar, people and transactions, and what the core suite says of each."""

from __future__ import annotations

from gate_faults.fault import FUTURE, Fault, one

FACT = one("core.fct_transactions", "transaction_id, raw_file, raw_row_number", "event_type = 'booking'")
CORE = (
    Fault(
        "core",
        "an event that is neither a transaction nor listed",
        one("core.fct_transactions", "event_id, raw_file, raw_row_number", "event_type = 'payment'"),
        "delete from core.fct_transactions where event_id = '{event_id}'",
        ("fct_transactions.every_event_counts_or_is_listed", "fct_transactions.events_reconcile_by_month_and_currency"),
    ),
    Fault(
        "core",
        "an amount that changed on its way",
        one("core.fct_transactions", "transaction_id, period_id, currency", "event_type = 'booking'"),
        "update core.fct_transactions set amount = amount + 0.01 where transaction_id = '{transaction_id}'",
        ("fct_transactions.events_reconcile_by_month_and_currency",),
    ),
    Fault(
        "core",
        "a currency that changed on its way",
        one("core.fct_transactions", "transaction_id, period_id", "currency = 'USD'"),
        "update core.fct_transactions set currency = 'EUR' where transaction_id = '{transaction_id}'",
        ("fct_transactions.events_reconcile_by_month_and_currency",),
    ),
    Fault(
        "core",
        "a transaction in another month than its date",
        FACT,
        f"update core.fct_transactions set period_id = {FUTURE} where transaction_id = '{{transaction_id}}'",
        ("fct_transactions.months_are_those_of_their_dates",),
    ),
    Fault(
        "core",
        "a transaction twice",
        FACT,
        "insert into core.fct_transactions by name select * replace (raw_row_number + 1 as raw_row_number)"
        " from core.fct_transactions where transaction_id = '{transaction_id}'",
        ("fct_transactions.one_row_per_transaction_id", "fct_transactions.events_reconcile_by_month_and_currency"),
    ),
    Fault(
        "core",
        "a cancellation of an event that is not there",
        one("core.fct_transactions", "transaction_id, raw_file, raw_row_number", "reversed_transaction_id is not null"),
        "update core.fct_transactions set reversed_transaction_id = 'gone' where transaction_id = '{transaction_id}'",
        ("fct_transactions.what_is_reversed_is_there",),
    ),
    Fault(
        "core",
        "a transaction of a file that was never delivered",
        one("core.fct_transactions", "transaction_id, 'sales_events.xls' as raw_file", "event_type = 'payment'"),
        "update core.fct_transactions set raw_file = '{raw_file}' where transaction_id = '{transaction_id}'",
        ("fct_transactions.files_are_known",),
    ),
    Fault(
        "core",
        "a worker twice",
        one("core.dim_workers", "worker_id, raw_file, raw_row_number"),
        "insert into core.dim_workers select * from core.dim_workers where worker_id = '{worker_id}'",
        ("dim_workers.one_row_per_worker_id",),
    ),
    Fault(
        "core",
        "a worker without an id",
        one("core.dim_workers", "worker_id as was, raw_file, raw_row_number"),
        "update core.dim_workers set worker_id = null where worker_id = '{was}'",
        ("dim_workers.worker_id_is_never_null",),
    ),
    Fault(
        "core",
        "no calendar at all",
        "select 1 as nothing",
        "delete from core.dim_periods",
        ("dim_periods.has_rows",),
    ),
    Fault(
        "core",
        "a month missing from the calendar",
        "select 'FY2026-M06' as period_id, 'FY2026-M05' as gone",
        "delete from core.dim_periods where period_id = '{gone}'",
        ("dim_periods.months_follow_one_another",),
    ),
    Fault(
        "core",
        "a month that lies ahead, but counts",
        "select max(period_id) as period_id from core.dim_periods where status = 'future'",
        "update core.dim_periods set status = 'open' where period_id = '{period_id}'",
        ("dim_periods.statuses_follow_ledger_and_as_of",),
    ),
    Fault(
        "core",
        "a rate of nothing",
        one("core.dim_exchange_rates", "period_id, from_currency, to_currency"),
        "update core.dim_exchange_rates set rate = 0 where period_id = '{period_id}'"
        " and from_currency = '{from_currency}' and to_currency = '{to_currency}'",
        ("dim_exchange_rates.rate_is_plausible",),
    ),
    Fault(
        "core",
        "a column that the contract does not have",
        "select 'shoe_size' as column_name",
        "alter table core.dim_workers add column shoe_size integer",
        ("dim_workers.has_its_columns",),
    ),
)
