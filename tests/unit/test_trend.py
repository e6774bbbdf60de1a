"""Volume and amount of the last whole month against the months before it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import duckdb
import pytest

from orchestration.quality.suite import Checked
from orchestration.quality.trend import trend_checks
from orchestration.workspace import BoundSettings

DEALS = Checked("raw", "deals", "deals", ("deal_id",))
LAST_DAY = date(2026, 7, 31)
BOUNDS = BoundSettings(deviations=Decimal(3), trailing_months=6, least_months=6)


def unusual(
    months: dict[str, list[int]], as_of: date = LAST_DAY, bounds: BoundSettings = BOUNDS
) -> list[list[tuple[object, ...]]]:
    """What volume and amount find, of deals by month: series, month, figure, median, bounds."""
    with duckdb.connect() as connection:
        connection.execute("create table deals (closed_on date, amount decimal(18, 2), currency text)")
        for month, amounts in months.items():
            for amount in amounts:
                connection.execute("insert into deals values (?, ?, 'USD')", [f"{month}-15", amount])
        checks = trend_checks(DEALS, ("closed_on", "amount", "currency"), bounds, as_of)
        return [connection.execute(check.failing or "").fetchall() for check in checks]


EVEN = {f"2026-0{month}": [100] * count for month, count in zip(range(1, 7), (10, 10, 12, 8, 11, 9), strict=True)}


def test_a_month_like_those_before_is_usual() -> None:
    """Median 10, deviations 0, 0, 2, 2, 1, 1: median 1; so 7 to 13 deals are usual."""
    for count in (7, 10, 13):
        assert unusual({**EVEN, "2026-07": [100] * count}) == [[], []]


@pytest.mark.parametrize("count", [6, 14])
def test_a_month_out_of_bounds_is_told_with_its_bounds(count: int) -> None:
    volume, amount = unusual({**EVEN, "2026-07": [100] * count})
    assert volume == [("all", date(2026, 7, 1), count, 10, 7, 13)]
    assert amount == [("USD", date(2026, 7, 1), count * 100, 1000, 700, 1300)]


def test_amounts_can_be_unusual_where_their_number_is_not() -> None:
    volume, amount = unusual({**EVEN, "2026-07": [900] * 10})
    assert (volume, len(amount)) == ([], 1)


def test_a_month_without_a_row_is_out_of_bounds() -> None:
    volume, _ = unusual(EVEN)
    assert volume == [("all", date(2026, 7, 1), 0, 10, 7, 13)]


def test_one_odd_month_before_changes_nothing() -> None:
    odd = {**EVEN, "2026-03": [100] * 500}
    assert unusual({**odd, "2026-07": [100] * 10}) == [[], []]


def test_the_first_months_and_a_month_that_is_not_over_are_not_judged() -> None:
    late_start = {month: amounts for month, amounts in EVEN.items() if month > "2026-01"}
    assert unusual({**late_start, "2026-07": [100] * 90}) == [[], []]
    assert unusual({**EVEN, "2026-07": [100] * 90}, as_of=date(2026, 7, 30)) == [[], []]


def test_an_even_history_allows_a_twentieth_a_deviation() -> None:
    """Median 100, deviation 0, so 5 counts: 85 to 115 deals are usual."""
    even = {f"2026-0{month}": [1] * 100 for month in range(1, 7)}
    assert unusual({**even, "2026-07": [1] * 115}) == [[], []]
    assert len(unusual({**even, "2026-07": [1] * 116})[0]) == 1
