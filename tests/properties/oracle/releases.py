"""What is held of an earning, and released later (calculation.md section 7: `hold`, `release`).

The rate is the one earned and is never looked up again: only the part of it that is paid moves.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from .attainment import CountedCredit
from .deal_earnings import DealRow
from .earnings import Earning
from .exact import ONE, ZERO, apportioned, rounded
from .inputs import Inputs, PlanComponent, ReleaseSchedule, SalesEvent
from .periods import Calendar, Period
from .transactions import CANCELLATION, Transactions


@dataclass(frozen=True)
class Held:
    """What is held of one deal's earning (of the whole month's with a schedule)."""

    amount: Fraction
    ratio: Callable[[Period], Fraction]

    def released_by(self, period: Period) -> Fraction:
        """Released in total by the end of the month."""
        return rounded(self.amount * self.ratio(period))


class Holds:
    """Holds and their release ratios."""

    def __init__(self, inputs: Inputs, calendar: Calendar, transactions: Transactions) -> None:
        self._calendar = calendar
        self._transactions = transactions
        self._schedules: dict[str, list[ReleaseSchedule]] = defaultdict(list)
        for step in inputs.release_schedules:
            self._schedules[step.component_id].append(step)

    def of(self, earning: Earning, deal_rows: Sequence[DealRow]) -> list[Held]:
        """What an earned period's earning has on hold, deal by deal."""
        component = earning.component
        match component.release_event:
            case None:
                return []
            case "schedule":
                ratio = self._by_schedule(component, earning.attainment.period)
                return [Held(_held(component, earning.earned), ratio)]
        amounts: dict[str, Fraction] = defaultdict(lambda: ZERO)
        events: dict[str, SalesEvent] = {}
        for item, amount in self._by_credit(earning, deal_rows):
            amounts[item.credit.credit_id] += amount
            events[item.credit.credit_id] = item.credit.transaction.first
        return [
            Held(_held(component, amount), self._by_event(component, events[credit_id]))
            for credit_id, amount in amounts.items()
        ]

    def _by_credit(self, earning: Earning, deal_rows: Sequence[DealRow]) -> list[tuple[CountedCredit, Fraction]]:
        """Each credit's earning; a row without credit is split over the window's earlier ones."""
        result = [(row.piece.item, row.amount) for row in deal_rows if row.piece is not None]
        month = earning.attainment.period
        earlier = [item for item in earning.attainment.window_credits if item.period != month]
        credited = sum((item.amount for item in earlier), ZERO)
        for row in deal_rows:
            if row.piece is None and credited != 0:
                exact = [row.amount * item.amount / credited for item in earlier]
                # To the cent, so that a full release leaves nothing behind.
                result += zip(earlier, apportioned(exact, row.amount, 2), strict=True)
        return result

    def _by_schedule(self, component: PlanComponent, earned: Period) -> Callable[[Period], Fraction]:
        steps = self._schedules.get(component.component_id, [])

        def ratio(period: Period) -> Fraction:
            passed = period.index - earned.index
            return sum((step.share for step in steps if step.after_months <= passed), ZERO)

        return ratio

    def _by_event(self, component: PlanComponent, booking: SalesEvent) -> Callable[[Period], Fraction]:
        """Released as the events that name the booking come in, else those of its opportunity."""
        kind = component.release_event
        events = [item.event for item in self._transactions.all if item.event.event_type == kind]
        naming = [event for event in events if event.related_event_id == booking.event_id]
        bookings = [booking]
        if not naming and booking.opportunity_id is not None:
            naming = [
                event
                for event in events
                if event.related_event_id is None and event.opportunity_id == booking.opportunity_id
            ]
            of_type = "booking" if booking.event_type == CANCELLATION else booking.event_type
            bookings = [
                item.event
                for item in self._transactions.all
                if item.event.event_type == of_type and item.event.opportunity_id == booking.opportunity_id
            ]

        def ratio(period: Period) -> Fraction:
            booked = self._net(bookings, period)
            if booked <= 0:
                return ONE
            return min(ONE, max(ZERO, self._net(naming, period) / booked))

        return ratio

    def _net(self, events: Sequence[SalesEvent], period: Period) -> Fraction:
        """Their amounts, less the cancellations that name them, through the end of the month."""
        amounts = ZERO
        for event in events:
            reversals = self._transactions.reversals_of(event.event_id)
            for each in (event, *(reversal.event for reversal in reversals)):
                if each.event_date < period.ends_on:
                    amounts += each.amount
        return amounts


def _held(component: PlanComponent, earned: Fraction) -> Fraction:
    """What is not paid at once."""
    return earned - rounded(earned * component.release_share_at_booking)
