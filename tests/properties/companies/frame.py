"""What all companies of one build share, and how a single value is drawn: near an edge more often than not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from typing import Any, TypeVar

from hypothesis import strategies as st

Choice = TypeVar("Choice")
Drawn = dict[str, Any]  # a row of an entity
CURRENCIES = ("USD", "EUR", "GBP")
LAST_MONTH = 8  # of FY2026; the as-of date is its last day
LAST_CLOSED_MONTH = 3
FIRST_WEEK = date(2025, 12, 29)  # of FY2026, where months are weeks


@dataclass(frozen=True)
class Frame:
    """Calendar, as-of date, closed months and rates of a build.

    start_month: of the fiscal year; None: months of 4, 4 and 5 weeks, as fiscal_calendar gives them.
    """

    name: str
    start_month: int | None
    is_closed: bool

    def month(self, number: int) -> date:
        """First day of a month of FY2026, 1 to 12; numbers beyond lead into the years around it."""
        if self.start_month is None:
            year, month = divmod(number - 1, 12)
            return FIRST_WEEK + timedelta(weeks=52 * year + 13 * (month // 3) + 4 * (month % 3))
        months = self.start_month - 1 + number - 1 - (12 if self.start_month > 1 else 0)
        return date(2026 + months // 12, months % 12 + 1, 1)

    def period(self, number: int) -> str:
        """Name of the month of that number."""
        return f"FY{2026 + (number - 1) // 12}-M{(number - 1) % 12 + 1:02d}"

    @property
    def as_of(self) -> date:
        return self.month(LAST_MONTH + 1) - timedelta(days=1)

    @property
    def closed_through(self) -> date:
        return self.month(LAST_CLOSED_MONTH + 1) - timedelta(days=1)

    def calendar(self) -> list[Drawn]:
        """FY2025 and FY2026, where the calendar is given."""
        if self.start_month is not None:
            return []
        return [
            {"period": self.period(number), "starts_on": self.month(number), "ends_on": self.month(number + 1)}
            for number in range(-11, 13)
        ]

    def rates(self) -> list[Drawn]:
        """All pairs in all months of FY2025 and FY2026, except two months of two pairs."""
        rows: list[Drawn] = []
        for number in range(-11, 13):
            for source, target, rate in (
                ("EUR", "USD", 1.08123457),
                ("USD", "EUR", 0.92486783),
                ("GBP", "USD", 1.30000001),
                ("USD", "GBP", 0.76923071),
                ("EUR", "GBP", 0.8333333),
                ("GBP", "EUR", 1.2),
            ):
                if (source, target, number) in (("GBP", "USD", 5), ("EUR", "GBP", 2)):
                    continue
                exact = Decimal(str(rate)) + Decimal(number).scaleb(-3)
                pair: Drawn = {"from_currency": source, "to_currency": target}
                rows.append({"period": self.period(number), **pair, "rate": exact})
        return rows


OPEN = Frame("open", start_month=None, is_closed=False)
CLOSED = Frame("closed", start_month=10, is_closed=True)
FRAMES = (OPEN, CLOSED)


@cache
def _below(number: int) -> st.SearchStrategy[int]:
    return st.integers(0, number - 1)


class Drawing:
    """One company being drawn."""

    def __init__(self, draw: Callable[[st.SearchStrategy[Any]], Any], frame: Frame) -> None:
        self._draw = draw
        self.frame = frame

    def number(self, least: int, most: int) -> int:
        return least + int(self._draw(_below(most - least + 1)))

    def chance(self, percent: int) -> bool:
        return self.number(0, 99) >= 100 - percent

    def pick(self, choices: Sequence[Choice]) -> Choice:
        return choices[self.number(0, len(choices) - 1)]

    def maybe(self, percent: int, choices: Sequence[Choice]) -> Choice | None:
        return self.pick(choices) if self.chance(percent) else None

    def some(self, choices: Sequence[Choice], percent: int) -> list[Choice]:
        return [choice for choice in choices if self.chance(percent)]

    def share(self) -> Decimal:
        return Decimal(self.pick(("1", "0.5", "0.25", "0.333333333", "0.666666667", "0.1", "0", "0.999999999")))

    def money(self) -> Decimal:
        """An amount that lies on a tier's or quota's edge, or a cent beside it, half of the time."""
        if self.chance(3):  # large enough to show a digit that was cut
            return Decimal(self.number(1, 2_000_000_000)).scaleb(-2)
        edge = Decimal(self.pick(("0", "0.01", "250", "333.33", "500", "999.99", "1000", "1000.01", "1200", "2500")))
        return edge if self.chance(60) else Decimal(self.number(1, 400_000)).scaleb(-2)

    def day(self, first: date, last: date) -> date:
        """A day of [first, last]: a month's first or last more often than not."""
        day = first + timedelta(days=self.number(0, max(0, (last - first).days)))
        edge = self.number(0, 3)
        if edge == 0:
            day = day.replace(day=1)
        elif edge == 1:
            day = (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
        return min(max(day, first), last)

    def day_in(self, first_month: int, last_month: int) -> date:
        """A day of these months of FY2026."""
        return self.day(self.frame.month(first_month), self.frame.month(last_month + 1) - timedelta(days=1))
