"""Faults of what was loaded, and what the raw suite says of each."""

from __future__ import annotations

from gate_faults.fault import Fault, one

EVENT = one("raw_canonical.sales_events", "event_id, _file, _row_number", "event_type = 'booking'")
RAW = (
    Fault(
        "raw",
        "an event in the year 26",
        EVENT,
        "update raw_canonical.sales_events set event_date = date '0026-01-11' where event_id = '{event_id}'",
        ("raw_canonical.sales_events.event_date_is_plausible",),
    ),
    Fault(
        "raw",
        "a row lost after loading",
        one("raw_canonical.sales_events", "_file as file, event_id"),
        "delete from raw_canonical.sales_events where event_id = '{event_id}'",
        ("raw_canonical.sales_events.each_file_is_loaded_whole",),
    ),
    Fault(
        "raw",
        "a row twice in what was loaded",
        one("raw_canonical.quotas", "_file as file, worker_id, _row_number"),
        "insert into raw_canonical.quotas select * from raw_canonical.quotas where worker_id = '{worker_id}'"
        " and _row_number = {_row_number}",
        ("raw_canonical.quotas.each_file_is_loaded_whole",),
    ),
    Fault(
        "raw",
        "a column missing",
        "select 'worker_name' as column_name",
        "alter table raw_canonical.workers drop column worker_name",
        ("raw_canonical.workers.has_its_columns",),
    ),
    Fault(
        "raw",
        "a required value empty",
        one("raw_canonical.workers", "worker_id, _file, _row_number"),
        "update raw_canonical.workers set hire_date = null where worker_id = '{worker_id}'",
        ("raw_canonical.workers.hire_date_is_never_null",),
    ),
    Fault(
        "raw",
        "a row that comes from nowhere",
        one("raw_canonical.plan_assignments", "worker_id, plan_id, _file, _row_number"),
        "update raw_canonical.plan_assignments set _file_sha256 = null where worker_id = '{worker_id}'"
        " and plan_id = '{plan_id}'",
        ("raw_canonical.plan_assignments._file_sha256_is_never_null",),
    ),
    Fault(
        "raw",
        "an extract that failed: a header, nobody below it",
        "select 'workers' as table_name",
        "delete from raw_canonical.workers;"
        " update raw_canonical.current_files set row_count = 0 where table_name = '{table_name}'",
        ("raw_canonical.workers.delivered_rows_are_not_all_lost",),
    ),
    Fault(
        "raw",
        "every row of a table in quarantine",
        "select 'draws' as table_name",
        "delete from raw_canonical.draws; update raw_canonical.current_files set row_count = 0, quarantined_count = 9"
        " where table_name = '{table_name}'",
        ("raw_canonical.draws.delivered_rows_are_not_all_lost",),
    ),
    Fault(
        "raw",
        "an assignment that begins in the year 9999",
        one("raw_canonical.plan_assignments", "worker_id, plan_id, _file, _row_number"),
        "update raw_canonical.plan_assignments set valid_from = date '9999-01-01' where worker_id = '{worker_id}'"
        " and plan_id = '{plan_id}'",
        ("raw_canonical.plan_assignments.valid_from_is_plausible",),
    ),
    Fault(
        "raw",
        "the last month's events delivered four times over, under new ids",
        "select 'all' as series, date '2026-10-01' as month",
        "insert into raw_canonical.sales_events select sales_events.* replace (event_id || '-' || copy as event_id)"
        " from raw_canonical.sales_events, range(3) as copies (copy) where event_date >= date '{month}';"
        " update raw_canonical.current_files set row_count = landed.row_count from (select _file, count(*) as row_count"
        " from raw_canonical.sales_events group by _file) as landed where file = landed._file",
        ("raw_canonical.sales_events.volume_is_usual", "raw_canonical.sales_events.amount_is_usual"),
    ),
    Fault(
        "raw",
        "amounts of one currency in cents in the last month",
        "select 'EUR' as series, date '2026-10-01' as month",
        "update raw_canonical.sales_events set amount = amount * 100 where currency = '{series}'"
        " and event_date >= date '{month}'",
        ("raw_canonical.sales_events.amount_is_usual",),
    ),
    Fault(
        "raw",
        "a ledger line that its hash does not vouch for",
        "select 'forged' as payout_line_id",
        "insert into raw_ledger.settled_payouts by name select '{payout_line_id}' as payout_line_id,"
        " 'w00001' as worker_id, 'FY2025-M01' as earned_period, 'FY2025-M01' as pay_period, 'manual' as line_type,"
        " 9999.99 as amount, 'USD' as currency, 1 as line_number, repeat('0', 64) as row_hash,"
        " 'FY2025-M01/lines.parquet' as _file, 'x' as _file_sha256, 1 as _row_number, '1' as _dlt_load_id;"
        " insert into raw_ledger.current_files by name select 'settled_payouts' as table_name,"
        " 'FY2025-M01/lines.parquet' as file, 'x' as sha256, '1' as load_id, 1 as row_count, 0 as quarantined_count",
        ("raw_ledger.settled_payouts.each_line_follows_its_hash_chain",),
    ),
)
