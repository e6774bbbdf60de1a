"""The raw suite, before dbt builds: what was delivered has arrived whole, with its columns and plausible dates; it is
about as much as usual, and as new as the workspace asks for.

It reads the rows of files that are current. Single rows that break the contract are in quarantine already and block
nothing; what fails here means that a delivery or a load as a whole can't be trusted.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from orchestration.ingest.contract import SourceContract, TableContract
from orchestration.ledger.chain import COLUMNS, GENESIS
from orchestration.quality.suite import Check, Checked
from orchestration.quality.trend import trend_checks
from orchestration.workspace import QualitySettings

PROVENANCE = ("_file", "_file_sha256", "_row_number", "_dlt_load_id")
NEVER_EMPTY = {"workers", "sales_events"}
"""Delivered without a row, these are failed extracts; others may be empty, like a list of draws that nobody has."""

# An event in the year 26 would stretch the calendar, and every plan's months, over two thousand years.
FIRST_DAY, LAST_DAY = "1900-01-01", "2199-12-31"
END_OF_TIME = "9999-12-31"

# Each line's hash covers its values and the hash before it: of the line before, or of the month's closing before.
BROKEN_CHAIN = f"""
    with lines as (
        select *, to_json([{", ".join(f"{column}::text" for column in COLUMNS)}])::text as content,
            lag(row_hash) over (order by line_number) as hash_before,
            lag(pay_period) over (order by line_number) as period_before
        from {{rows}} as settled where row_hash is not null
    ),
    heads as (select head_hash from raw_ledger.closed_periods union select '{GENESIS}')
    select payout_line_id, worker_id, pay_period, line_number, _file, _row_number from lines
    where (period_before = pay_period and row_hash <> sha256(hash_before || chr(10) || content))
        or (period_before is distinct from pay_period
            and not exists (select 1 from heads where lines.row_hash = sha256(heads.head_hash || chr(10) || content)))
    """


def raw_checks(contract: SourceContract, quality: QualitySettings, as_of: date) -> list[Check]:
    """All checks of one source's tables."""
    return [check for table in contract.tables for check in _table_checks(contract, table, quality, as_of)]


def _table_checks(
    contract: SourceContract, table: TableContract, quality: QualitySettings, as_of: date
) -> Iterator[Check]:
    schema = contract.schema
    files = f"(select * from {schema}.current_files where table_name = '{table.name}')"
    current = (
        f"(select landed.* from {schema}.{table.name} as landed inner join {files} as files"
        " on landed._dlt_load_id = files.load_id and landed._file = files.file)"
    )
    checked = Checked("raw", f"{schema}.{table.name}", current, (*table.key, "_file", "_row_number"))
    required = [column.name for column in table.columns if column.required]
    dates = [column.name for column in table.columns if column.data_type == "date"]
    # What ends may end "never", as 9999-12-31.
    ends = {table.valid[1] if table.valid else "", *(name for name in dates if name.endswith("_to"))}
    lost = "sum(row_count) = 0" if table.name in NEVER_EMPTY else "sum(row_count) = 0 and sum(quarantined_count) > 0"
    all_lost = f"select table_name from {files} as files group by table_name having {lost}"
    yield checked.has_columns([column.name for column in table.columns] + list(PROVENANCE), others_too=True)
    yield checked.has_none("delivered_rows_are_not_all_lost", all_lost)
    yield checked.has_none(
        "each_file_is_loaded_whole",
        f"""
        select files.file, files.load_id, files.row_count, landed.row_count as landed_count from {files} as files
        left join (
            select _file, _dlt_load_id, count(*) as row_count
            from {schema}.{table.name} group by _file, _dlt_load_id
        ) as landed on files.file = landed._file and files.load_id = landed._dlt_load_id
        where files.row_count <> coalesce(landed.row_count, 0)
        """,
        values=("row_count", "landed_count"),
        is_proof=True,
    )
    for column in (*required, *PROVENANCE):
        yield checked.is_never_null(column)
    for name in dates:
        yield checked.lies_between(name, FIRST_DAY, END_OF_TIME if name in ends else LAST_DAY)
    if schema == "raw_ledger" and table.name == "settled_payouts":
        yield checked.has_none("each_line_follows_its_hash_chain", BROKEN_CHAIN, is_proof=True)
    if table.trend:
        yield from trend_checks(checked, table.trend, quality.bounds, as_of)
    if table.trend and contract.name in quality.freshness:
        yield from _freshness(checked, table.trend[0], files, quality.freshness[contract.name], as_of)


def _freshness(checked: Checked, event_date: str, files: str, days: int, as_of: date) -> Iterator[Check]:
    """The newest event, and the newest load of what is current, lie at most so many days before the as-of date."""
    until = f"date '{as_of}'"
    loaded_on = "cast(to_timestamp(try_cast(load_id as double)) as date)"  # dlt names a load by the seconds since 1970
    newest = {
        "newest_event_is_fresh": f"select max({event_date}) as newest from {{rows}} as e where {event_date} <= {until}",
        "newest_delivery_is_fresh": f"select max({loaded_on}) as newest from {files} as files",
    }
    for name, query in newest.items():
        late = f"select newest from ({query}) as found where coalesce(newest, date '{FIRST_DAY}') < {until} - {days}"
        yield checked.has_none(name, late, severity="warn")
