"""Sales events and what a measure counts of them (calculation.md section 1: `fct_transactions`).

A cancellation that names an event, through other cancellations to the first, follows that event:
it counts where the event counts. The rows come from one source, so that the transaction_id is the
event_id.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from .exact import ONE, ZERO
from .findings import Findings
from .inputs import Inputs, Measure, Row, SalesEvent
from .periods import Calendar, Period

CANCELLATION = "cancellation"


@dataclass(frozen=True)
class Transaction:
    """An event, completed from its opportunity, and the event that it reverses (else itself)."""

    event: SalesEvent
    first: SalesEvent
    period: Period | None

    @property
    def transaction_id(self) -> str:
        return self.event.event_id

    @property
    def reverses(self) -> bool:
        """Whether it is a cancellation that names an event."""
        return self.first.event_id != self.event.event_id

    @property
    def age_in_days(self) -> int:
        """Days from the event it reverses to it."""
        return (self.event.event_date - self.first.event_date).days

    @property
    def margin(self) -> Fraction:
        """Amount less cost; an empty cost is 0."""
        return margin_of(self.event)


@dataclass(frozen=True)
class Measured:
    """A transaction that counts in a measure, with the value and the date on which it counts.

    reversal_share is the part of a cancellation that counts at its age, 1 for all else; `value`
    is multiplied by it already.
    """

    transaction: Transaction
    measure: Measure
    value: Fraction
    reversal_share: Fraction
    counts_on: date


def margin_of(event: SalesEvent) -> Fraction:
    """Amount less cost; an empty cost is 0."""
    return event.amount - (event.cost_amount or ZERO)


class Transactions:
    """All transactions and what measures count of them."""

    def __init__(self, inputs: Inputs, calendar: Calendar, findings: Findings) -> None:
        self._inputs = inputs
        self._findings = findings
        self._family_of = {row.product_id: row.product_family for row in inputs.products}
        self._schedules = defaultdict(list)
        for step in sorted(inputs.reversal_schedules, key=lambda step: step.from_days):
            self._schedules[step.measure_id].append(step)
        events = self._completed()
        firsts = self._firsts(events)
        self.all = [
            Transaction(event, events[firsts[event_id]], calendar.at(event.event_date))
            for event_id, event in sorted(events.items())
            if event_id in firsts
        ]
        self.by_id = {transaction.transaction_id: transaction for transaction in self.all}
        self._reversals: dict[str, list[Transaction]] = defaultdict(list)
        for transaction in self.all:
            if transaction.reverses:
                self._reversals[transaction.first.event_id].append(transaction)
        for reversals in self._reversals.values():
            reversals.sort(key=lambda item: (item.event.event_date, item.event.event_id))

    def reversals_of(self, event_id: str) -> list[Transaction]:
        """The cancellations that reverse an event, by date and id."""
        return self._reversals.get(event_id, [])

    def product_family(self, event: SalesEvent) -> str | None:
        """The family of the event's product."""
        return self._family_of.get(event.product_id or "")

    def _completed(self) -> dict[str, SalesEvent]:
        """Events by id; an empty owner, account or opportunity type is the opportunity's."""
        opportunities = {row.opportunity_id: row for row in self._inputs.opportunities}
        completed = {}
        for event in self._inputs.sales_events:
            opportunity = opportunities.get(event.opportunity_id or "")
            if opportunity is not None:
                event = replace(
                    event,
                    owner_user_id=event.owner_user_id or opportunity.owner_user_id,
                    account_id=event.account_id or opportunity.account_id,
                    opportunity_type=event.opportunity_type or opportunity.opportunity_type,
                )
            completed[event.event_id] = event
        return completed

    def _firsts(self, events: dict[str, SalesEvent]) -> dict[str, str]:
        """For each event the one it follows: itself, or what its cancellations lead to.

        Cancellations that name each other in a circle reverse nothing; they are left out.
        """
        firsts = {}
        for event_id in events:
            seen = [event_id]
            while True:
                event = events[seen[-1]]
                named = event.related_event_id
                if event.event_type != CANCELLATION or named not in events:
                    firsts[event_id] = event.event_id
                    break
                if named in seen:
                    self._findings.add("cancellations_in_a_circle", "sales_events", event_id)
                    break
                seen.append(named)
        return firsts

    def measured(self) -> list[Measured]:
        """Every transaction and measure that counts it, in the order of their ids."""
        result = []
        for transaction in self.all:
            for measure in sorted(self._inputs.measures, key=lambda measure: measure.measure_id):
                if self._counts(measure, transaction.first):
                    counted = self._measured(transaction, measure)
                    if counted is not None:
                        result.append(counted)
        return result

    def _counts(self, measure: Measure, event: SalesEvent) -> bool:
        """Whether the measure picks the event."""
        return (
            event.event_type in measure.event_types.split("|")
            and _listed(measure.product_family, self.product_family(event))
            and _listed(measure.opportunity_type, event.opportunity_type)
            and (measure.min_amount is None or event.amount >= measure.min_amount)
            and (measure.min_margin is None or self._meets_margin(measure.min_margin, event))
            and (
                measure.min_term_months is None
                or (event.term_months is not None and event.term_months >= measure.min_term_months)
            )
        )

    def _meets_margin(self, min_margin: Fraction, event: SalesEvent) -> bool:
        return event.amount > 0 and margin_of(event) / event.amount >= min_margin

    def _measured(self, transaction: Transaction, measure: Measure) -> Measured | None:
        share = self._reversal_share(transaction, measure)
        if share == 0:
            key = f"{transaction.transaction_id}|{measure.measure_id}"
            self._findings.add("reversal_not_counted", "sales_events", key, severity="info")
            return None
        on_original_date = transaction.reverses and measure.reversal_timing == "original_period"
        counts_on = (transaction.first if on_original_date else transaction.event).event_date
        value = self._value(transaction, measure) * share
        return Measured(transaction, measure, value, share, counts_on)

    def _value(self, transaction: Transaction, measure: Measure) -> Fraction:
        event = transaction.event
        match measure.value:
            case "amount":
                return event.amount
            case "quantity":
                return event.quantity or ZERO
            case "margin":
                if event.cost_amount is None:
                    self._findings.add("missing_cost", "sales_events", event.event_id)
                return transaction.margin
            case "count":
                if not transaction.reverses:
                    return ONE
                return -ONE if self._undoes(transaction) else ZERO
        raise ValueError(f"measure {measure.measure_id}: unknown value {measure.value!r}")

    def _undoes(self, reversal: Transaction) -> bool:
        """Whether this cancellation brings its event's amount to 0 or past it, as the first."""
        left = reversal.first.amount
        for other in self.reversals_of(reversal.first.event_id):
            left += other.event.amount
            if left <= 0 or reversal.first.amount <= 0:
                return other.transaction_id == reversal.transaction_id
        return False

    def _reversal_share(self, transaction: Transaction, measure: Measure) -> Fraction:
        """The part of a cancellation that counts at its age."""
        if not transaction.reverses:
            return ONE
        age = transaction.age_in_days
        if measure.reversal_window_days is not None and age > measure.reversal_window_days:
            return ZERO
        steps = self._schedules.get(measure.measure_id, [])
        if not steps or age < steps[0].from_days:
            return ONE
        step = [step for step in steps if step.from_days <= age][-1]
        if step.to_days is not None and age >= step.to_days:
            return ZERO
        return step.share

    def rows(self) -> list[Row]:
        """The mart `fct_transactions`, less the raw row each came from."""
        return [
            {
                "transaction_id": transaction.transaction_id,
                "event_id": transaction.event.event_id,
                "event_type": transaction.event.event_type,
                "event_date": transaction.event.event_date,
                "opportunity_id": transaction.event.opportunity_id,
                "account_id": transaction.event.account_id,
                "product_id": transaction.event.product_id,
                "owner_user_id": transaction.event.owner_user_id,
                "quantity": transaction.event.quantity,
                "amount": transaction.event.amount,
                "cost_amount": transaction.event.cost_amount,
                "currency": transaction.event.currency,
                "term_months": transaction.event.term_months,
                "opportunity_type": transaction.event.opportunity_type,
                "related_event_id": transaction.event.related_event_id,
                "period_id": transaction.period.period_id if transaction.period else None,
            }
            for transaction in self.all
        ]


def _listed(choices: str | None, value: str | None) -> bool:
    """Whether the value is one of the `|`-separated choices; none given means any."""
    return choices is None or value in choices.split("|")
