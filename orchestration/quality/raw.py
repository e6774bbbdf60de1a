"""The raw suite, before dbt builds: what was delivered has arrived whole, with its columns, keys and plausible dates.

It reads the rows of files that are current. Single rows that break the contract are in quarantine already and block
nothing; what fails here means that a delivery or a load as a whole can't be trusted.
"""

from __future__ import annotations

from orchestration.ingest.contract import SourceContract, TableContract
from orchestration.quality.suite import Check, Checked

PROVENANCE = ("_file", "_file_sha256", "_row_number", "_dlt_load_id")
NEVER_EMPTY = {"workers", "sales_events"}
"""Delivered without a row, these are failed extracts; others may be empty, like a list of draws that nobody has."""

# An event in the year 26 would stretch the calendar, and every plan's months, over two thousand years.
FIRST_DAY, LAST_DAY = "1900-01-01", "2199-12-31"
END_OF_TIME = "9999-12-31"


def raw_checks(contract: SourceContract) -> list[Check]:
    """All checks of one source's tables."""
    return [check for table in contract.tables for check in _table_checks(contract.schema, table)]


def _table_checks(schema: str, table: TableContract) -> list[Check]:
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
    return [
        checked.has_columns([column.name for column in table.columns] + list(PROVENANCE), others_too=True),
        checked.has_none("delivered_rows_are_not_all_lost", all_lost),
        checked.has_none(
            "each_file_is_loaded_whole",
            f"""
            select files.file, files.load_id from {files} as files
            left join (
                select _file, _dlt_load_id, count(*) as row_count
                from {schema}.{table.name} group by _file, _dlt_load_id
            ) as landed on files.file = landed._file and files.load_id = landed._dlt_load_id
            where files.row_count <> coalesce(landed.row_count, 0)
            """,
        ),
        *(checked.is_never_null(column) for column in (*required, *PROVENANCE)),
        *(checked.lies_between(name, FIRST_DAY, END_OF_TIME if name in ends else LAST_DAY) for name in dates),
    ]
