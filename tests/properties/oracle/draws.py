"""Draws against what is payable (calculation.md section 7: `draw`, `draw_recovery`, `guarantee`).

A recoverable draw fills what a month lacks and takes it back later; its balance starts from the
settled lines. A nonrecoverable one guarantees the month.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import timedelta
from fractions import Fraction

from .dates import Days, common, count, days, holds
from .exact import ZERO, rounded
from .inputs import Draw, Inputs
from .people import People
from .periods import Calendar, Period
from .rates import Rates

# (worker, pay period, currency, amount) of an earning, adjustment, hold or release line
Payable = tuple[str, str, str | None, Fraction]
DrawLine = tuple[str, Period, str, Fraction, str | None]


class Draws:
    """The draw lines of the open months."""

    def __init__(self, inputs: Inputs, calendar: Calendar, people: People, rates: Rates) -> None:
        self._calendar = calendar
        self._people = people
        self._rates = rates
        self._draws: dict[tuple[str, str], list[Draw]] = defaultdict(list)
        for draw in sorted(inputs.draws, key=lambda row: row.valid_from):
            self._draws[(draw.worker_id, draw.draw_type)].append(draw)
        self._settled_balance: dict[str, Fraction] = defaultdict(lambda: ZERO)
        for settled in inputs.settled_payouts:
            if settled.line_type in ("draw", "draw_recovery"):
                self._settled_balance[settled.worker_id] += settled.amount

    def lines(self, payable: Sequence[Payable]) -> list[DrawLine]:
        """(worker, pay period, line type, amount, currency) of each."""
        lines: list[DrawLine] = []
        for (worker_id, draw_type), draws in sorted(self._draws.items()):
            if draw_type == "recoverable":
                lines += self._recoverable(worker_id, draws, payable)
            else:
                for currency in sorted({draw.currency or "" for draw in draws}):
                    same = [draw for draw in draws if (draw.currency or "") == currency]
                    lines += self._guarantee(worker_id, same, payable)
        return lines

    def _recoverable(self, worker_id: str, draws: list[Draw], payable: Sequence[Payable]) -> Iterator[DrawLine]:
        balance = self._settled_balance[worker_id]
        for period in self._open_months():
            begun = [draw for draw in draws if draw.valid_from < period.ends_on]
            if not begun:
                continue
            last_day = period.ends_on - timedelta(days=1)
            in_force = [draw for draw in begun if holds(draw.valid_from, last_day, draw.valid_to)]
            terms = (in_force or begun)[-1]
            drawn = self._drawn(worker_id, begun, period)
            earned = self._earned(worker_id, period, terms.currency, payable)
            if earned < drawn:
                change = drawn - earned
            elif period.ends_on <= (terms.recovery_from or terms.valid_from):
                change = ZERO
            else:
                change = rounded(terms.recovery_share * (drawn - earned))
            if not self._days_drawn(worker_id, begun, period):
                change = min(change, ZERO)  # after its last day the balance only falls
            left = max(ZERO, balance + change)
            if left != balance:
                line_type = "draw" if left > balance else "draw_recovery"
                yield worker_id, period, line_type, left - balance, terms.currency
            balance = left

    def _guarantee(self, worker_id: str, draws: list[Draw], payable: Sequence[Payable]) -> Iterator[DrawLine]:
        for period in self._open_months():
            if not self._days_drawn(worker_id, draws, period):
                continue
            currency = draws[0].currency
            earned = self._earned(worker_id, period, currency, payable)
            lacking = max(ZERO, self._drawn(worker_id, draws, period) - earned)
            if lacking:
                yield worker_id, period, "guarantee", lacking, currency

    def _open_months(self) -> list[Period]:
        return [period for period in self._calendar.periods if period.status == "open"]

    def _drawn(self, worker_id: str, draws: Sequence[Draw], period: Period) -> Fraction:
        """D_t: amount per month * days on which the draw holds and the worker is employed."""
        amounts = (
            draw.amount_per_month
            * Fraction(count(common([self._held(worker_id, draw)], [period.days])), len(period.days))
            for draw in draws
        )
        return rounded(sum(amounts, ZERO))

    def _days_drawn(self, worker_id: str, draws: Sequence[Draw], period: Period) -> int:
        return sum(count(common([self._held(worker_id, draw)], [period.days])) for draw in draws)

    def _held(self, worker_id: str, draw: Draw) -> Days:
        """The days on which the draw holds and the worker is employed."""
        employment = self._people.employment(worker_id)
        held = days(draw.valid_from, draw.valid_to)
        return Days(max(held.start, employment.start), min(held.end, employment.end))

    def _earned(self, worker_id: str, period: Period, currency: str | None, payable: Sequence[Payable]) -> Fraction:
        """E_t: the worker's payable lines of the month, in the draw's currency."""
        total = ZERO
        for line_worker_id, period_id, line_currency, amount in payable:
            if line_worker_id == worker_id and period_id == period.period_id and amount:
                rate = self._rates.find(period, line_currency, currency)
                total += amount * rate if rate is not None else ZERO
        return rounded(total)
