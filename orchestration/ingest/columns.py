"""One column as SQL: the value that a text becomes, and what can be wrong with it, with reason and remedy.

Used for ingested files and for rules alike. A number is taken only if its type holds every digit of it: 12.345 is not
money, and never becomes 12.35 (a narrowing cast in DuckDB rounds without a word).
"""

from __future__ import annotations

from dataclasses import dataclass

from orchestration.ingest.contract import ColumnContract

_DUCKDB_TYPES = {"text": "VARCHAR", "date": "DATE", "timestamp": "TIMESTAMP", "boolean": "BOOLEAN"}
_FLOATS = ("FLOAT", "DOUBLE")
PERIOD = r"FY\d{4}(-(Q[1-4]|M(0[1-9]|1[0-2])))?"
_EMPTY_WORDS = "('null', 'none', 'nan', 'na', 'n/a', '#n/a', '-', 'nil')"


@dataclass(frozen=True)
class Check:
    """One thing that can be wrong with a row. condition: SQL, true where it is, never null. value, reason, remedy: SQL
    texts about such a row."""

    kind: str
    column: str
    condition: str
    value: str
    reason: str
    remedy: str


@dataclass(frozen=True)
class ColumnSql:
    """value: SQL of the contract's type, null where the text is empty or wrong."""

    value: str
    checks: tuple[Check, ...]


@dataclass(frozen=True)
class _Parsing:
    """value: SQL of the parsed text. right: SQL, true where a text that isn't empty is a value. reason, remedy: SQL."""

    value: str
    right: str
    reason: str
    remedy: str


def duckdb_type(data_type: str) -> str:
    """A contract's type as DuckDB names it."""
    return _DUCKDB_TYPES.get(data_type, data_type.upper())


def quoted(name: str) -> str:
    """An SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """An SQL text."""
    return "'" + text.replace("'", "''") + "'"


def column_sql(column: ColumnContract, delivered_type: str | None, exponents: bool) -> ColumnSql:
    """The column's SQL over a table that has it as delivered.

    delivered_type: its DuckDB type there, None if it is absent. exponents: whether 1e-05 is a number (JSON and floats
    write so; in a CSV it is what a spreadsheet made of a longer number).
    """
    wanted = duckdb_type(column.data_type)
    name = quoted(column.name)
    if delivered_type is None:
        remedy = literal("add the column")
        missing = Check("missing_column", column.name, "true", "null", literal("is missing"), remedy)
        return ColumnSql(f"cast(null as {wanted})", (missing,) if column.required else ())
    text = _as_text(name, delivered_type)
    checks: list[Check] = []
    if wanted == "VARCHAR":
        empty = value = text = f"nullif({text}, '')"
    elif delivered_type == wanted:
        empty = value = name
    else:
        empty = text = f"nullif(trim({text}), '')"
        parsing = _parsing(column, text, exponents)
        value = parsing.value
        wrong = f"({text}) is not null and not coalesce({parsing.right}, false)"
        checks.append(Check("unparsable_value", column.name, wrong, text, parsing.reason, parsing.remedy))
    if column.required:
        remedy = literal("fill it in")
        checks.append(Check("missing_value", column.name, f"({empty}) is null", "null", literal("is empty"), remedy))
    if column.accepted:
        checks.append(_accepted(column, text))
    if column.format == "period":
        wrong = f"not coalesce(regexp_full_match({text}, {literal(PERIOD)}), true)"
        remedy = literal("write a month as FY2026-M01, a quarter as FY2026-Q1, a year as FY2026")
        checks.append(Check("unparsable_value", column.name, wrong, text, literal("is not a period"), remedy))
    return ColumnSql(value, tuple(checks))


def _as_text(name: str, delivered_type: str) -> str:
    if delivered_type == "VARCHAR":
        return name
    if delivered_type in _FLOATS:  # an id or a count that a data frame turned into 43659.0
        whole = f"abs({name}) < 1e15 and {name} = trunc({name})"
        return f"case when {whole} then cast(cast({name} as bigint) as text) else cast({name} as text) end"
    return f"cast({name} as text)"


def _accepted(column: ColumnContract, text: str) -> Check:
    values = ", ".join(literal(value) for value in column.accepted)
    near = " ".join(f"when {literal(value.lower())} then {literal(f'write {value}')}" for value in column.accepted)
    return Check(
        kind="unknown_value",
        column=column.name,
        condition=f"coalesce({text} not in ({values}), false)",
        value=text,
        reason=literal("is not a known value"),
        remedy=f"case lower(trim({text})) {near} else {literal('use ' + _listed(column.accepted))} end",
    )


def _listed(values: tuple[str, ...]) -> str:
    return values[0] if len(values) == 1 else f"{', '.join(values[:-1])} or {values[-1]}"


def _parsing(column: ColumnContract, text: str, exponents: bool) -> _Parsing:
    if column.decimals:
        return _decimal(*column.decimals, text, exponents)
    parsers = {"date": _date, "timestamp": _timestamp, "boolean": _boolean}
    return (
        parsers[column.data_type](text) if column.data_type in parsers else _integer(column.data_type, text, exponents)
    )


def _decimal(precision: int, scale: int, text: str, exponents: bool) -> _Parsing:
    plain = _without_exponent(text) if exponents else text
    value = f"try_cast({plain} as decimal({precision},{scale}))"
    digits = rf"[+-]?\d*(\.\d{{0,{scale}}}0*)?"
    reason = f"""case
        when regexp_full_match({plain}, {literal(digits)}) then 'is too large for {precision - scale} digits'
        when regexp_full_match({plain}, '[+-]?\\d*\\.\\d+') then 'has more than {scale} decimals'
        when regexp_full_match({text}, '[+-]?[0-9.]+[eE][+-]?\\d+') then 'is in scientific notation, may hide digits'
        else 'is not a number' end"""
    too_fine = f"'give it with at most {scale} decimals; nothing is rounded here'"
    remedy = f"""case
        when regexp_full_match({plain}, {literal(digits)}) then 'correct it'
        when regexp_full_match({plain}, '[+-]?\\d*\\.\\d+') then {too_fine}
        when regexp_full_match({text}, '[+-]?[0-9.]+[eE][+-]?\\d+') then 'write all digits of it'
        else {_number_remedy(text)} end"""
    return _Parsing(value, f"regexp_full_match({plain}, {literal(digits)}) and {value} is not null", reason, remedy)


def _integer(data_type: str, text: str, exponents: bool) -> _Parsing:
    plain = _without_exponent(text) if exponents else text
    value = f"try_cast({plain} as {data_type})"
    whole = r"[+-]?\d+(\.0*)?"
    reason = f"""case
        when regexp_full_match({plain}, {literal(whole)}) then 'is too large'
        when regexp_full_match({plain}, '[+-]?\\d*\\.\\d+') then 'is not a whole number'
        else 'is not a number' end"""
    remedy = f"""case
        when regexp_full_match({plain}, '[+-]?\\d*(\\.\\d*)?') then 'write a whole number'
        else {_number_remedy(text)} end"""
    return _Parsing(value, f"regexp_full_match({plain}, {literal(whole)}) and {value} is not null", reason, remedy)


def _without_exponent(text: str) -> str:
    """1e-05 as 0.00001: exact, since what is that small or large has few digits."""
    return f"""case
        when contains({text}, 'e-') then cast(try_cast({text} as decimal(38,37)) as text)
        when contains({text}, 'e+') then cast(try_cast({text} as decimal(38,0)) as text)
        else {text} end"""


def _number_remedy(text: str) -> str:
    """What a text that is no number was meant to be."""
    dots = r"[+-]?\d{1,3}(\.\d{3})+(,\d+)?"
    commas = r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?"
    return f"""case
        when lower({text}) in {_EMPTY_WORDS} then 'leave it empty'
        when regexp_full_match({text}, {literal(dots)}) then 'write ' || replace(replace({text}, '.', ''), ',', '.')
        when regexp_full_match({text}, {literal(commas)}) then 'write ' || replace({text}, ',', '')
        when regexp_full_match({text}, '[+-]?\\d+,\\d+') then 'write ' || replace({text}, ',', '.')
        when regexp_full_match({text}, '[+-]?\\d+(\\.\\d+)? ?%') then 'write it as a share of 1, such as 0.05 for 5 %'
        else 'write digits with a decimal point, such as 12000.50' end"""


def _date(text: str) -> _Parsing:
    midnight = r"\d{4}-\d{2}-\d{2}([ T]00:00(:00(\.0+)?)?(Z|[+-]00(:?00)?)?)?"
    value = f"try_cast(left({text}, 10) as date)"
    iso = f"regexp_matches({text}, '^\\d{{4}}-\\d{{2}}-\\d{{2}}([ T]|$)')"
    reason = f"""case
        when {iso} and {value} is null then 'is no day of the calendar'
        when {iso} then 'has a time of day'
        else 'is not a date' end"""
    parts = f"string_split({text}, '.')"
    german = f"{parts}[3] || '-' || lpad({parts}[2], 2, '0') || '-' || lpad({parts}[1], 2, '0')"
    serial = f"cast(date '1899-12-30' + cast({text} as integer) as text)"
    remedy = f"""case
        when {iso} and {value} is null then 'correct it'
        when {iso} then 'write ' || left({text}, 10)
        when lower({text}) in {_EMPTY_WORDS} then 'leave it empty'
        when regexp_full_match({text}, '\\d{{1,2}}\\.\\d{{1,2}}\\.\\d{{4}}') then 'write ' || {german}
        when regexp_full_match({text}, '[34]\\d{{4}}') then 'it is a spreadsheet''s day number; write ' || {serial}
        else 'write year-month-day, such as 2026-12-31' end"""
    return _Parsing(value, f"regexp_full_match({text}, {literal(midnight)}) and {value} is not null", reason, remedy)


def _timestamp(text: str) -> _Parsing:
    value = f"try_cast({text} as timestamp)"
    remedy = "'write year-month-day hours:minutes:seconds, such as 2026-12-31 23:59:59'"
    return _Parsing(value, f"{value} is not null", "'is not a point in time'", remedy)


def _boolean(text: str) -> _Parsing:
    value = f"try_cast({text} as boolean)"
    remedy = f"case when lower({text}) in {_EMPTY_WORDS} then 'leave it empty' else 'write true or false' end"
    return _Parsing(value, f"{value} is not null", "'is not true or false'", remedy)
