"""A landing file as SQL: what each row becomes, and what is wrong with it. Set-based; no digit is ever lost or rounded.

Every file becomes a view of one shape in an in-memory DuckDB: the contract's columns as delivered (text, or already
of the contract's type), unknown columns, `_row_number` and `_record`, beside a table of the rows that have no columns
at all. From these follow one query of the good rows, and one table of what is wrong with the others.
"""

from __future__ import annotations

import csv
import difflib
import glob
import io
from collections.abc import Iterable
from dataclasses import dataclass

import duckdb

from orchestration.ingest.columns import Check, column_sql, duckdb_type, literal, quoted
from orchestration.ingest.contract import TableContract
from orchestration.ingest.files import Fingerprint, LandingFile, Unreadable, snake_case

OWN_COLUMNS = ("_file", "_file_sha256", "_row_number", "_record", "_dlt_load_id", "_dlt_id")
PROBLEM_COLUMNS = {
    "table_name": "text",
    "record_key": "text",
    "file": "text",
    "row_number": "bigint",
    "column_name": "text",
    "value": "text",
    "kind": "text",
    "reason": "text",
    "remedy": "text",
    "record": "text",
}
_HEADER_BYTES = 1 << 20
_LOST_DIGITS = r"\d*\.\d+"
_JSON_STRINGS = r'"(\\.|[^"\\])*"'


class UnreadableFile(Exception):  # noqa: N818 - it says what the file is
    """A file that can't be read as a whole: `cause` says why."""

    def __init__(self, cause: Unreadable) -> None:
        self.cause = cause
        super().__init__(cause.reason)


@dataclass(frozen=True)
class ParsedFile:
    """A file that was read once. good_rows: a query. rejected: how many other rows. notes: for a person."""

    file: LandingFile
    fingerprint: Fingerprint
    good_rows: str
    rejected: int
    notes: tuple[str, ...]


@dataclass(frozen=True)
class _Delivered:
    """A file's columns. types: DuckDB type by normalised name. exponents: whether it writes numbers like 1e-05."""

    types: dict[str, str]
    exponents: bool


def parse_file(
    connection: duckdb.DuckDBPyConnection, file: LandingFile, fingerprint: Fingerprint, name: str
) -> ParsedFile:
    """Reads a file once, checks it against its table's contract, and says how to read its good rows.

    What is wrong with the others goes into the table `problems` of the connection, one row per row and reason.
    name: of the views and tables made for it in `connection`. Raises UnreadableFile if it can't be read at all, and
    duckdb.IOException if there is no space for what is found.
    """
    if fingerprint.unreadable:
        raise UnreadableFile(fingerprint.unreadable)
    read = {"csv": _csv_view, "jsonl": _jsonl_view, "parquet": _parquet_view}[file.kind]
    notes: list[str] = []
    try:
        connection.execute(
            f"create or replace table {name}_malformed (row_number bigint, reason text, remedy text, record text)"
        )
        delivered = read(connection, file, fingerprint, name, notes)
        _note_columns(file, delivered.types, notes)
        return _check(connection, file, fingerprint, name, delivered, tuple(notes))
    except duckdb.Error as error:
        if "space" in str(error).lower():
            raise
        first_line = str(error).splitlines()[0].replace(str(file.path), file.name)
        raise UnreadableFile(Unreadable(f"can't be read ({first_line})", "deliver it again")) from error


# Reading: one function a format, each creates the view.


def _csv_view(
    connection: duckdb.DuckDBPyConnection, file: LandingFile, fingerprint: Fingerprint, name: str, notes: list[str]
) -> _Delivered:
    columns = _normalised(_csv_header(file), notes)
    types = ", ".join(f"{literal(column)}: 'VARCHAR'" for column in columns)
    options = "auto_detect = false, header = true, delim = ',', quote = '\"', escape = '\"'"

    def read(mode: str) -> str:
        return f"read_csv({_path(file)}, columns = {{{types}}}, {options}{mode})"

    connection.execute("drop table if exists reject_errors; drop table if exists reject_scans")
    connection.execute(f"select count(*) from {read(', store_rejects = true')}").fetchall()
    broken = connection.execute(
        "select line, error_type from reject_errors where error_type not in ('MISSING COLUMNS', 'TOO MANY COLUMNS')"
        " order by line limit 1"
    ).fetchone()
    if broken:
        raise UnreadableFile(_broken_csv(int(broken[0]), str(broken[1])))
    connection.execute(f"""
        insert into {name}_malformed
        select
            line,
            case when bool_or(error_type = 'TOO MANY COLUMNS') then 'has more values than the header has columns'
                else 'has fewer values than the header has columns' end || ' ({len(columns)})',
            case when bool_or(error_type = 'TOO MANY COLUMNS') then 'put a value that holds a comma in double quotes'
                else 'write a comma for each empty value' end,
            to_json({{line: trim(min(csv_line), chr(10) || chr(13))}})
        from reject_errors
        group by line""")
    record = _record(columns)
    shown = ", ".join(quoted(column) for column in columns if column not in OWN_COLUMNS)
    if fingerprint.has_blank_lines or _count(connection, f"{name}_malformed"):
        rows = _numbered_around_gaps(connection, file, fingerprint, name, read(", ignore_errors = true"))
        connection.execute(
            f"create or replace view {name} as select _row_number, {record} as _record, {shown} from {rows}"
        )
    else:
        connection.execute(
            f"create or replace view {name} as"
            f" select row_number() over () + 1 as _row_number, {record} as _record, {shown} from {read('')}"
        )
    return _Delivered(dict.fromkeys((c for c in columns if c not in OWN_COLUMNS), "VARCHAR"), exponents=False)


def _csv_header(file: LandingFile) -> list[str]:
    with file.path.open("rb") as opened:
        start = opened.read(_HEADER_BYTES).decode("utf-8-sig", errors="ignore")
    header = next(csv.reader(io.StringIO(start, newline="")))
    if len(header) == 1:
        for separator, said in ((";", "semicolons"), ("\t", "tabs"), ("|", "bars")):
            if separator in header[0]:
                reason = f"has its columns separated by {said}"
                raise UnreadableFile(Unreadable(reason, "save it with commas between columns", row=1))
    return header


def _broken_csv(row: int, error_type: str) -> Unreadable:
    if error_type == "UNQUOTED VALUE":
        return Unreadable("has a double quote that doesn't fit", 'write " inside a value as "", and close it', row=row)
    return Unreadable(f"can't be read as CSV ({error_type.lower()})", "correct the row", row=row)


def _numbered_around_gaps(
    connection: duckdb.DuckDBPyConnection, file: LandingFile, fingerprint: Fingerprint, name: str, read: str
) -> str:
    """The rows that DuckDB keeps, with the numbers they have in the file, where it skips malformed and blank rows.

    Before the k-th skipped row r lie r - k kept ones (the header is one of them), so that from the kept row r - k + 1
    on, a row's number in the file is its number among the kept ones plus k.
    """
    skipped = f"select row_number as record from {name}_malformed"
    if fingerprint.has_blank_lines:
        skipped += f" union all {_blank_records(file)}"
    connection.execute(f"""
        create or replace table {name}_gaps as
        select record - place + 1 as from_kept, max(place) as shift
        from (select record, row_number() over (order by record) as place from ({skipped}))
        group by from_kept""")
    return f"""(
        select kept.* exclude (_kept), kept._kept + coalesce(gaps.shift, 0) as _row_number
        from (select row_number() over () + 1 as _kept, * from {read}) as kept
        asof left join {name}_gaps as gaps on kept._kept >= gaps.from_kept)"""


def _blank_records(file: LandingFile) -> str:
    """The numbers of blank rows: a line begins a row where the quotes before it are even in number."""
    return rf"""
        select record from (
            select text, starts, count(*) filter (starts) over (order by line) as record
            from (
                select line, text, coalesce(sum(quotes) over (
                    order by line rows between unbounded preceding and 1 preceding), 0) % 2 = 0 as starts
                from (
                    select line, text, length(text) - length(replace(text, '"', '')) as quotes
                    from (
                        select unnest(lines) as text, generate_subscripts(lines, 1) as line
                        from (select string_split(content, chr(10)) as lines from read_text({_path(file)}))
                    )
                )
            )
        ) where starts and rtrim(text, chr(13)) = ''"""


def _jsonl_view(
    connection: duckdb.DuckDBPyConnection, file: LandingFile, _: Fingerprint, name: str, notes: list[str]
) -> _Delivered:
    lines = f"""(
        select row_number() over () as _row_number, line as _record
        from read_csv({_path(file)}, columns = {{'line': 'VARCHAR'}}, auto_detect = false, header = false,
            delim = chr(1), quote = '', escape = '', strict_mode = false))"""
    connection.execute(f"""
        create or replace view {name}_lines as
        select _row_number, _record, case
            when not json_valid(_record) then 'is not JSON'
            when json_type(_record) <> 'OBJECT' then 'is not a JSON object'
            when regexp_matches(_record, '[0-9.]{{17}}') and regexp_matches(
                regexp_extract(regexp_replace(_record, {literal(_JSON_STRINGS)}, '', 'g'), '[0-9.]{{17,}}'),
                {literal(_LOST_DIGITS)}) then 'holds a number with more digits than JSON keeps'
            end as fault
        from {lines}
        where trim(_record) <> ''""")
    connection.execute(f"""
        insert into {name}_malformed
        select _row_number, fault, case
            when fault like 'holds%' then 'write the number as text, in double quotes'
            else 'write one {{"column": value}} a line' end, to_json({{line: _record}})
        from {name}_lines where fault is not null""")
    # Faults are looked for once: reading JSON is what takes the time.
    sound = f"{name}_lines where fault is null" if _count(connection, f"{name}_malformed") else f"{name}_lines"
    keys = connection.execute(f"select distinct unnest(json_keys(_record)) as key from {sound} order by key").fetchall()
    delivered = [str(key) for (key,) in keys]
    columns = _normalised(delivered, notes)
    structure = ", ".join(f'{_json_text(key)}: "VARCHAR"' for key in delivered)
    shown = "".join(
        f", _fields[{literal(key)}] as {quoted(column)}"
        for key, column in zip(delivered, columns, strict=True)
        if column not in OWN_COLUMNS
    )
    connection.execute(f"""
        create or replace view {name} as select _row_number, _record{shown}
        from (select _row_number, _record, json_transform(_record, {literal(f"{{{structure}}}")}) as _fields
            from {sound})""")
    return _Delivered(dict.fromkeys((c for c in columns if c not in OWN_COLUMNS), "VARCHAR"), exponents=True)


def _json_text(text: str) -> str:
    import json

    return json.dumps(text, ensure_ascii=False)


def _parquet_view(
    connection: duckdb.DuckDBPyConnection, file: LandingFile, _: Fingerprint, name: str, notes: list[str]
) -> _Delivered:
    read = f"read_parquet({_path(file)}, hive_partitioning = false)"
    described = connection.execute(f"describe select * from {read}").fetchall()
    delivered = [str(row[0]) for row in described]
    columns = _normalised(delivered, notes)
    types = {c: str(row[1]) for c, row in zip(columns, described, strict=True) if c not in OWN_COLUMNS}
    shown = ", ".join(
        f"{quoted(raw)} as {quoted(column)}" for raw, column in zip(delivered, columns, strict=True) if column in types
    )
    connection.execute(
        f"create or replace view {name} as select file_row_number + 1 as _row_number, {_record(delivered)} as _record,"
        f" {shown} from read_parquet({_path(file)}, hive_partitioning = false, file_row_number = true)"
    )
    return _Delivered(types, exponents=True)


def _path(file: LandingFile) -> str:
    return literal(glob.escape(str(file.path)))


def _record(columns: Iterable[str]) -> str:
    return f"to_json(struct_pack({', '.join(f'{quoted(column)} := {quoted(column)}' for column in columns)}))"


def _normalised(delivered: list[str], notes: list[str]) -> list[str]:
    """Column names as the contract writes them. Raises UnreadableFile if two are the same."""
    columns = [snake_case(name.strip()) or f"unnamed_{place}" for place, name in enumerate(delivered, start=1)]
    twice = sorted({column for column in columns if columns.count(column) > 1})
    if twice:
        raise UnreadableFile(Unreadable(f"has the column {twice[0]} twice", "keep one of them", row=1))
    notes += [
        f"column {column} is not read: the name is Quotaline's own." for column in columns if column in OWN_COLUMNS
    ]
    return columns


def _note_columns(file: LandingFile, delivered: Iterable[str], notes: list[str]) -> None:
    absent = [name for name in file.table.column_names if name not in delivered]
    for column in delivered:
        if column not in file.table.column_names:
            near = difflib.get_close_matches(column, absent, n=1)
            hint = f"; did you mean {near[0]}?" if near else "."
            notes.append(f"column {column} is not in the contract: kept in raw, not used{hint}")


# Checking


def _check(
    connection: duckdb.DuckDBPyConnection,
    file: LandingFile,
    fingerprint: Fingerprint,
    name: str,
    delivered: _Delivered,
    notes: tuple[str, ...],
) -> ParsedFile:
    table = file.table
    columns = {c.name: column_sql(c, delivered.types.get(c.name), delivered.exponents) for c in table.columns}
    checks = [check for column in columns.values() for check in column.checks]
    if table.valid:
        checks.append(_valid_check(table, columns[table.valid[0]].value, columns[table.valid[1]].value))
    rejected = " or ".join(f"({check.condition})" for check in checks) or "false"
    connection.execute(f"create or replace table {name}_rejected as select * from {name} where {rejected}")
    key = " || '|' || ".join(
        (
            f"cast({columns[part].value} as text)"
            if _required(table, part)
            else f"coalesce(cast({columns[part].value} as text), '')"
        )
        for part in table.key
    )
    found = [
        f"select {key} as record_key, _row_number as row_number, {literal(check.column)} as column_name,"
        f" {check.value} as value, {literal(check.kind)} as kind, {check.reason} as reason, {check.remedy} as remedy,"
        f" cast(_record as text) as record from {name}_rejected where {check.condition}"
        for check in checks
    ]
    found.append(
        "select null as record_key, row_number, null as column_name, null as value, 'malformed_row' as kind, reason,"
        f" remedy, record from {name}_malformed"
    )
    connection.execute(
        f"insert into problems select {literal(table.name)} as table_name, record_key,"
        f" {literal(file.name)} as file, row_number, column_name, value, kind, reason, remedy, record"
        f" from ({' union all '.join(found)}) order by row_number, column_name"
    )
    bad_rows = _count(connection, f"{name}_rejected")
    selected = [f"{columns[c.name].value} as {quoted(c.name)}" for c in table.columns]
    selected += [f"cast({quoted(c)} as text) as {quoted(c)}" for c in delivered.types if c not in columns]
    selected += [
        f"{literal(file.name)} as _file",
        f"{literal(fingerprint.sha256)} as _file_sha256",
        "cast(_row_number as bigint) as _row_number",
    ]
    good_rows = f"select {', '.join(selected)} from {name}" + (f" where not ({rejected})" if bad_rows else "")
    malformed = _count(connection, f"{name}_malformed")
    return ParsedFile(file, fingerprint, good_rows, bad_rows + malformed, notes)


def _required(table: TableContract, column: str) -> bool:
    return any(c.required for c in table.columns if c.name == column)


def _valid_check(table: TableContract, valid_from: str, valid_to: str) -> Check:
    assert table.valid  # noqa: S101 - for the type checker
    first, last = table.valid
    return Check(
        kind="reversed_dates",
        column=last,
        condition=f"coalesce({valid_to} <= {valid_from}, false)",
        value=f"cast({valid_to} as text)",
        reason=f"'is not after {first} (' || cast({valid_from} as text) || ')'",
        remedy=literal(f"{last} is the first day that no longer counts; write a later one, or leave it empty"),
    )


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    return int(connection.execute(f"select count(*) from {table}").fetchall()[0][0])


def empty_table(table: TableContract) -> str:
    """The query of no rows in a raw table's shape."""
    columns = [f"cast(null as {duckdb_type(c.data_type)}) as {quoted(c.name)}" for c in table.columns]
    columns += ["'' as _file", "'' as _file_sha256", "cast(0 as bigint) as _row_number"]
    return f"select {', '.join(columns)} limit 0"
