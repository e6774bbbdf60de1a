"""Fiscal months (calculation.md section 0: `dim_periods`).

Generated from the month in which the fiscal year starts, or taken from `fiscal_calendar`. The
months cover whole fiscal years: from the earliest to the latest day that the company's data name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from .dates import Days
from .inputs import Inputs, Row

_NAME = re.compile(r"^FY(\d{4})(?:-(?:Q([1-4])|M(\d{2})))?$")


@dataclass(frozen=True)
class Period:
    """A fiscal month; `ends_on` is the day after its last."""

    index: int
    period_id: str
    starts_on: date
    ends_on: date
    status: str

    @property
    def fiscal_year(self) -> int:
        """The calendar year in which its fiscal year ends."""
        return int(self.period_id[2:6])

    @property
    def month_of_year(self) -> int:
        """1 to 12, in the fiscal year."""
        return int(self.period_id[8:])

    @property
    def quarter_id(self) -> str:
        """The fiscal quarter."""
        return f"{self.year_id}-Q{(self.month_of_year + 2) // 3}"

    @property
    def year_id(self) -> str:
        """The fiscal year."""
        return f"FY{self.fiscal_year}"

    @property
    def days(self) -> Days:
        """Its days."""
        return Days(self.starts_on, self.ends_on)

    def block_id(self, block: str) -> str:
        """The month, quarter or year it belongs to; a deal's window is named by its month."""
        match block:
            case "month" | "deal":
                return self.period_id
            case "quarter":
                return self.quarter_id
            case "year":
                return self.year_id
        raise ValueError(f"{block!r} is not month, quarter or year")


class Calendar:
    """The company's fiscal months, and the one that holds a day."""

    def __init__(self, inputs: Inputs) -> None:
        closed_through = max((row.pay_period for row in inputs.settled_payouts), default="")
        self._is_generated = not inputs.fiscal_calendar
        self.periods: list[Period] = []
        months = sorted(_given(inputs) or _generated(inputs), key=lambda month: month[1])
        for index, (period_id, starts_on, ends_on) in enumerate(months):
            if period_id <= closed_through:
                status = "closed"
            elif starts_on > inputs.as_of:
                status = "future"
            else:
                status = "open"
            self.periods.append(Period(index, period_id, starts_on, ends_on, status))
        self._by_id = {period.period_id: period for period in self.periods}

    def __getitem__(self, period_id: str) -> Period:
        """The month of that name. Raises KeyError where the calendar has none."""
        return self._by_id[period_id]

    def get(self, period_id: str) -> Period | None:
        """The month of that name, None where the calendar has none."""
        return self._by_id.get(period_id)

    def at(self, day: date) -> Period | None:
        """The month that holds the day, None outside the calendar."""
        for period in self.periods:
            if period.starts_on <= day < period.ends_on:
                return period
        return None

    def months_of(self, block_id: str) -> list[Period]:
        """The months of a month, quarter or year, in order."""
        return [period for period in self.periods if block_id in (period.period_id, period.quarter_id, period.year_id)]

    @property
    def computed(self) -> list[Period]:
        """The months that are not future."""
        return [period for period in self.periods if period.status != "future"]

    @property
    def first_open(self) -> Period | None:
        """The first month that is neither closed nor future."""
        return next((period for period in self.periods if period.status == "open"), None)

    def tenure_month(self, hired_on: date, period: Period) -> int | None:
        """The how-manieth fiscal month of employment this is; 1 is the month of hire.

        None where a given calendar does not reach back to the hire.
        """
        if self._is_generated:
            months = (period.starts_on.year - hired_on.year) * 12
            return months + period.starts_on.month - hired_on.month + 1
        hire_month = self.at(hired_on)
        return None if hire_month is None else period.index - hire_month.index + 1

    def rows(self) -> list[Row]:
        """The mart `dim_periods`."""
        return [
            {
                "period_id": period.period_id,
                "starts_on": period.starts_on,
                "ends_on": period.ends_on,
                "quarter_id": period.quarter_id,
                "year_id": period.year_id,
                "month_of_year": period.month_of_year,
                "status": period.status,
            }
            for period in self.periods
        ]


def _given(inputs: Inputs) -> list[tuple[str, date, date]]:
    return [(month.period, month.starts_on, month.ends_on) for month in inputs.fiscal_calendar]


def _generated(inputs: Inputs) -> list[tuple[str, date, date]]:
    """Months of every fiscal year that the data name."""
    start_month = inputs.fiscal_year_start_month
    years = {_fiscal_year(day, start_month) for day in _days_named(inputs)}
    years |= set(_years_named(inputs))
    months = []
    for fiscal_year in range(min(years), max(years) + 1):
        first_year = fiscal_year - (1 if start_month > 1 else 0)
        for number in range(12):
            starts_on = _month_start(first_year, start_month + number)
            ends_on = _month_start(first_year, start_month + number + 1)
            months.append((f"FY{fiscal_year}-M{number + 1:02d}", starts_on, ends_on))
    return months


def _fiscal_year(day: date, start_month: int) -> int:
    return day.year + (1 if start_month > 1 and day.month >= start_month else 0)


def _month_start(year: int, month: int) -> date:
    return date(year + (month - 1) // 12, (month - 1) % 12 + 1, 1)


def _days_named(inputs: Inputs) -> Iterator[date]:
    yield inputs.as_of
    yield from (event.event_date for event in inputs.sales_events)
    yield from (assignment.valid_from for assignment in inputs.plan_assignments)
    yield from (draw.valid_from for draw in inputs.draws)


def _years_named(inputs: Inputs) -> Iterator[int]:
    names: Sequence[str] = [
        *(quota.period for quota in inputs.quotas),
        *(objective.period for objective in inputs.objectives),
        *(adjustment.period for adjustment in inputs.payout_adjustments),
        *(settled.earned_period for settled in inputs.settled_payouts),
        *(settled.pay_period for settled in inputs.settled_payouts),
        *(rate.period for rate in inputs.fx_rates),
    ]
    for name in names:
        match_ = _NAME.match(name)
        if not match_:
            raise ValueError(f"{name!r} is not a period")
        yield int(match_[1])
