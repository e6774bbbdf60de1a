"""The lines of a pay period's statement (calculation.md section 7: `fct_payouts`).

Settled lines come from the ledger unchanged. Open ones are computed: what a period earned is paid,
or held and released; what a closed one is owed after all becomes one adjustment.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction

from .attainment import Attainment
from .deal_earnings import DealRow
from .draws import Draws
from .earnings import Earning
from .exact import ZERO, money, rounded
from .findings import Findings
from .inputs import Inputs, PayoutAdjustment, Row, SettledPayout
from .people import People
from .periods import Calendar, Period
from .rates import Rates
from .releases import Holds

# Lines by which an earned period is paid or owed; releases are counted against the hold instead.
OWED = ("earning", "hold", "adjustment")


@dataclass(frozen=True)
class Line:
    """An open line, in the currency of its plan, draw or adjustment."""

    worker_id: str
    component_id: str | None
    earned_period_id: str
    pay_period: Period
    line_type: str
    amount: Fraction
    currency: str | None
    detail: str = ""


class Payouts:
    """All payout lines."""

    def __init__(
        self,
        inputs: Inputs,
        calendar: Calendar,
        people: People,
        earnings: Sequence[Earning],
        deal_rows: Sequence[DealRow],
        holds: Holds,
        rates: Rates,
        findings: Findings,
    ) -> None:
        self._inputs = inputs
        self._calendar = calendar
        self._people = people
        self._holds = holds
        self._rates = rates
        self._findings = findings
        self._components = {row.component_id: row for row in inputs.plan_components}
        self._plans = {row.plan_id: row for row in inputs.plans}
        self._earnings = {earning.key: earning for earning in earnings}
        self._deal_rows: dict[tuple[str, str, str], list[DealRow]] = defaultdict(list)
        for row in deal_rows:
            self._deal_rows[row.earning.key].append(row)
        self._settled: dict[tuple[str, str, str], list[SettledPayout]] = defaultdict(list)
        for settled in inputs.settled_payouts:
            if settled.component_id is not None and settled.line_type in (*OWED, "release"):
                key = (settled.worker_id, settled.component_id, settled.earned_period)
                self._settled[key].append(settled)

        payable = [line for key in self._keys() for line in self._payable(key)]
        draws = [
            Line(worker_id, None, period.period_id, period, line_type, amount, currency)
            for worker_id, period, line_type, amount, currency in Draws(inputs, calendar, people, rates).lines(
                [(line.worker_id, line.pay_period.period_id, line.currency, line.amount) for line in payable]
            )
        ]
        self.open = [line for line in [*payable, *draws, *self._manual()] if line.amount != 0]

    def _keys(self) -> list[tuple[str, str, str]]:
        return sorted({*self._earnings, *self._settled})

    # --- earned periods ---

    def _payable(self, key: tuple[str, str, str]) -> Iterator[Line]:
        """Earning and hold, or an adjustment, and the releases of one earned period."""
        worker_id, component_id, earned_period_id = key
        component = self._components[component_id]
        currency = self._plans[component.plan_id].currency
        earning = self._earnings.get(key)
        settled = self._settled.get(key, [])
        held = self._holds.of(earning, self._deal_rows.get(key, [])) if earning else []
        earned = earning.earned if earning else ZERO
        on_hold = sum((deal.amount for deal in held), ZERO)
        pay_period = self._pay_period(earning.attainment) if earning else None
        first_open = self._calendar.first_open

        def line(period: Period, line_type: str, amount: Fraction) -> Line:
            return Line(worker_id, component_id, earned_period_id, period, line_type, amount, currency)

        starts: Period | None
        if settled or (pay_period is not None and pay_period.status == "closed"):
            starts = first_open
            owed = earned - on_hold
            paid = sum((row.amount for row in settled if row.line_type in OWED), ZERO)
            if first_open is not None:
                yield line(first_open, "adjustment", owed - paid)
        else:
            starts = pay_period
            if pay_period is not None and pay_period.status == "open":
                yield line(pay_period, "earning", earned)
                yield line(pay_period, "hold", -on_hold)

        if starts is None:
            return
        released = sum((row.amount for row in settled if row.line_type == "release"), ZERO)
        for period in self._calendar.computed[starts.index :]:
            total = sum((deal.released_by(period) for deal in held), ZERO)
            yield line(period, "release", total - released)
            released = total

    def _pay_period(self, row: Attainment) -> Period | None:
        """The last month of the payment block, or of this stay on the plan if that is earlier."""
        block_id = row.period.block_id(row.component.payment_frequency)
        last_of_block = self._calendar.months_of(block_id)[-1]
        stay = row.membership.stay_of(row.period)
        if stay.end <= last_of_block.starts_on:
            return self._calendar.at(stay.end - timedelta(days=1))
        return last_of_block

    # --- manual ---

    def _manual(self) -> Iterator[Line]:
        """Approved adjustments, in their month or, late, in the first open one."""
        settled = Counter(
            (row.worker_id, row.component_id, row.earned_period, row.amount)
            for row in self._inputs.settled_payouts
            if row.line_type == "manual"
        )
        for adjustment in sorted(self._inputs.payout_adjustments, key=lambda row: row.adjustment_id):
            if not adjustment.is_approved:
                self._findings.add(
                    "unapproved_adjustment",
                    "payout_adjustments",
                    adjustment.adjustment_id,
                    amount=adjustment.amount,
                )
                continue
            key = (
                adjustment.worker_id,
                adjustment.component_id,
                adjustment.period,
                adjustment.amount,
            )
            if settled[key] > 0:
                settled[key] -= 1
                continue
            period = self._manual_period(adjustment)
            if period is not None:
                yield Line(
                    adjustment.worker_id,
                    adjustment.component_id,
                    adjustment.period,
                    period,
                    "manual",
                    adjustment.amount,
                    adjustment.currency,
                    adjustment.adjustment_id,
                )

    def _manual_period(self, adjustment: PayoutAdjustment) -> Period | None:
        period = self._calendar[adjustment.period]
        if period.status == "closed":
            return self._calendar.first_open
        return period if period.status == "open" else None

    # --- the mart ---

    def rows(self) -> list[Row]:
        """The mart `fct_payouts`."""
        settled = [self._settled_row(row) for row in self._inputs.settled_payouts]
        return [*settled, *(self._open_row(line) for line in self.open)]

    def _settled_row(self, settled: SettledPayout) -> Row:
        key = (
            settled.worker_id,
            settled.component_id or "",
            settled.earned_period,
            settled.pay_period,
            settled.line_type,
            "",
        )
        return {
            "payout_line_id": _line_id(key),
            "worker_id": settled.worker_id,
            "component_id": settled.component_id,
            "earned_period_id": settled.earned_period,
            "pay_period_id": settled.pay_period,
            "line_type": settled.line_type,
            "amount": money(settled.amount),
            "currency": settled.currency,
            "payroll_amount": money(settled.payroll_amount),
            "payroll_currency": settled.payroll_currency,
            "is_settled": True,
        }

    def _open_row(self, line: Line) -> Row:
        worker = self._people.workers.get(line.worker_id)
        payroll_currency = (worker.payroll_currency if worker else None) or line.currency
        rate = self._rates.find(line.pay_period, line.currency, payroll_currency)
        key = (
            line.worker_id,
            line.component_id or "",
            line.earned_period_id,
            line.pay_period.period_id,
            line.line_type,
            line.detail,
        )
        return {
            "payout_line_id": _line_id(key),
            "worker_id": line.worker_id,
            "component_id": line.component_id,
            "earned_period_id": line.earned_period_id,
            "pay_period_id": line.pay_period.period_id,
            "line_type": line.line_type,
            "amount": money(line.amount),
            "currency": line.currency,
            "payroll_amount": None if rate is None else money(rounded(line.amount * rate)),
            "payroll_currency": payroll_currency,
            "is_settled": False,
        }


def _line_id(key: tuple[str, ...]) -> str:
    """A stable hash of the line's keys."""
    return hashlib.sha256("|".join(key).encode()).hexdigest()[:32]
