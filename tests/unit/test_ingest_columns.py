"""One text, one type: the value it becomes, or what is said about it. No digit is ever lost or rounded."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import duckdb
import pytest

from orchestration.ingest.columns import column_sql, literal
from orchestration.ingest.contract import ColumnContract


def parse(data_type: str, text: str | None, exponents: bool = False, **rules: object) -> object:
    """The value, or `reason; remedy` of what is wrong."""
    column = ColumnContract("x", data_type, **rules)  # type: ignore[arg-type]
    sql = column_sql(column, "VARCHAR", exponents)
    given = "cast(null as text)" if text is None else literal(text)
    for check in sql.checks:
        found = duckdb.execute(
            f"select {check.reason} || '; ' || {check.remedy} from (select {given} as x) where {check.condition}"
        ).fetchall()
        if found:
            return found[0][0]
    return duckdb.execute(f"select {sql.value} from (select {given} as x)").fetchall()[0][0]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12000.50", Decimal("12000.50")),
        ("-0.01", Decimal("-0.01")),
        (" 7 ", Decimal("7.00")),
        ("10.100", Decimal("10.10")),
        (".5", Decimal("0.50")),
        ("", None),
        (None, None),
        ("9999999999999999.99", Decimal("9999999999999999.99")),
        ("12.345", "has more than 2 decimals; give it with at most 2 decimals; nothing is rounded here"),
        ("12.000,50", "is not a number; write 12000.50"),
        ("12,000.50", "is not a number; write 12000.50"),
        ("12,5", "is not a number; write 12.5"),
        ("5 %", "is not a number; write it as a share of 1, such as 0.05 for 5 %"),
        ("n/a", "is not a number; leave it empty"),
        ("1e5", "is in scientific notation, may hide digits; write all digits of it"),
        ("99999999999999999", "is too large for 16 digits; correct it"),
        ("12k", "is not a number; write digits with a decimal point, such as 12000.50"),
        ("1 000", "is not a number; write digits with a decimal point, such as 12000.50"),
    ],
)
def test_money(text: str | None, value: object) -> None:
    assert parse("decimal(18,2)", text) == value


def test_an_exponent_is_a_number_where_json_writes_it() -> None:
    assert parse("decimal(18,8)", "1e-05", exponents=True) == Decimal("0.00001000")
    assert parse("decimal(18,2)", "1e-05", exponents=True) == (
        "has more than 2 decimals; give it with at most 2 decimals; nothing is rounded here"
    )


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2026-12-31", date(2026, 12, 31)),
        ("2026-12-31T00:00:00Z", date(2026, 12, 31)),
        ("2026-02-30", "is no day of the calendar; correct it"),
        ("2026-12-31 09:30:00", "has a time of day; write 2026-12-31"),
        ("31.1.2026", "is not a date; write 2026-01-31"),
        ("46053", "is not a date; it is a spreadsheet's day number; write 2026-01-31"),
        ("01/02/2026", "is not a date; write year-month-day, such as 2026-12-31"),
    ],
)
def test_dates(text: str, value: object) -> None:
    assert parse("date", text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12", 12),
        ("12.0", 12),
        ("1.5", "is not a whole number; write a whole number"),
        ("3000000000", "is too large; write a whole number"),
        ("twelve", "is not a number; write digits with a decimal point, such as 12000.50"),
    ],
)
def test_whole_numbers(text: str, value: object) -> None:
    assert parse("integer", text) == value


def test_texts_keep_every_character() -> None:
    assert parse("text", "007") == "007"
    assert parse("text", " a ") == " a "
    assert parse("text", "") is None


def test_booleans() -> None:
    assert parse("boolean", "true") is True
    assert parse("boolean", "FALSE") is False
    assert parse("boolean", "ja") == "is not true or false; write true or false"


def test_required_accepted_and_period() -> None:
    assert parse("text", "", required=True) == "is empty; fill it in"
    assert parse("text", "Month", accepted=("month", "year")) == "is not a known value; write month"
    assert parse("text", "day", accepted=("month", "year")) == "is not a known value; use month or year"
    assert parse("text", "FY2026-Q4", format="period") == "FY2026-Q4"
    assert str(parse("text", "FY2026-Q5", format="period")).startswith("is not a period; write a month as FY2026-M01")


def test_an_absent_column_is_empty_or_missing() -> None:
    optional = column_sql(ColumnContract("x", "decimal(18,2)"), None, exponents=False)
    assert optional.checks == ()
    assert duckdb.execute(f"select typeof({optional.value})").fetchall() == [("DECIMAL(18,2)",)]
    required = column_sql(ColumnContract("x", "text", required=True), None, exponents=False)
    assert [check.kind for check in required.checks] == ["missing_column"]
