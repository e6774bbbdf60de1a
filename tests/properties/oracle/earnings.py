"""What attainment earns (calculation.md section 6: `fct_earnings`).

One row per row of `fct_attainment`, amounts in the plan's currency. A window, and a deal where each
is a window of its own, is valued to date every month; the month earns the difference.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from .attainment import Attainment, Attainments, CountedCredit, Membership, margin_ratio
from .dates import holds
from .exact import ONE, ZERO, money, rounded
from .findings import Findings
from .inputs import ComponentModifier, Inputs, PlanComponent, RateTier, Row, WorkerCompensation
from .periods import Calendar, Period
from .rates import Rates
from .tiers import Tiers, at_most, multiplier, tiers_of


@dataclass(frozen=True)
class Valuation:
    """What a window has earned to date.

    pays_nothing: no quota, no matrix tier, or under the threshold, so that no credit has a rate.
    """

    base: Fraction | None
    x: Fraction | None
    result: Fraction
    earned: Fraction
    pays_nothing: bool


@dataclass(frozen=True)
class Deal:
    """An event's credit together with its cancellations, as a window of its own."""

    event_id: str
    tiers: Tiers | None
    modifier: Fraction
    credits: list[CountedCredit]

    def through(self, period: Period) -> list[CountedCredit]:
        """Its credits up to a month."""
        return [item for item in self.credits if item.period.index <= period.index]


@dataclass(frozen=True)
class Earning:
    """A row of `fct_earnings`, with what the deal rows are made from."""

    attainment: Attainment
    tiers: Tiers | None
    modifier: Fraction
    valuation: Valuation | None
    earned_to_date: Fraction
    earned: Fraction
    deals: list[Deal]

    @property
    def key(self) -> tuple[str, str, str]:
        return self.attainment.key

    @property
    def component(self) -> PlanComponent:
        return self.attainment.component


class Earnings:
    """All rows of `fct_earnings`."""

    def __init__(
        self,
        inputs: Inputs,
        calendar: Calendar,
        attainments: Attainments,
        rates: Rates,
        findings: Findings,
    ) -> None:
        self._calendar = calendar
        self._attainments = attainments
        self._rates = rates
        self._findings = findings
        self._tiers: dict[str, list[RateTier]] = defaultdict(list)
        for tier in inputs.rate_tiers:
            self._tiers[tier.component_id].append(tier)
        self._modifiers: dict[str, dict[str, list[ComponentModifier]]] = defaultdict(lambda: defaultdict(list))
        for modifier in inputs.component_modifiers:
            self._modifiers[modifier.component_id][modifier.by_component_id].append(modifier)
        self._compensation: dict[str, list[WorkerCompensation]] = defaultdict(list)
        for pay in inputs.worker_compensation:
            self._compensation[pay.worker_id].append(pay)
        self.all: list[Earning] = []
        before: dict[tuple[str, str, str], Fraction] = {}
        for row in attainments.all:
            window = (row.worker_id, row.component.component_id, row.window_id)
            earning = self._earning(row, before.get(window, ZERO))
            before[window] = earning.earned_to_date
            self.all.append(earning)

    # --- a month's row ---

    def _earning(self, row: Attainment, earned_before: Fraction) -> Earning:
        component = row.component
        tiers = self._tiers_in(row.worker_id, component, row.period)
        modifier = self._modifier_in(row.worker_id, component, row.period)
        if component.window == "deal":
            deals = self._deals(row)
            earned = sum((self._move(component, deal, row.period) for deal in deals), ZERO)
            return Earning(row, tiers, modifier, None, earned, earned, deals)
        target_incentive = self._target_incentive(row)
        valuation = self._valuation(row, tiers, modifier, target_incentive)
        earned = valuation.earned - earned_before
        return Earning(row, tiers, modifier, valuation, valuation.earned, earned, [])

    def _valuation(
        self, row: Attainment, tiers: Tiers | None, modifier: Fraction, target_incentive: Fraction
    ) -> Valuation:
        component = row.component
        quota, attainment = row.quota, row.attainment
        cap = component.cap_attainment
        credited = row.credited_to_date
        if cap is not None and quota:
            credited = min(credited, cap * quota)
        base: Fraction | None = ONE
        if component.payout_basis == "target_incentive":
            base = target_incentive
        elif component.payout_basis == "credit" and component.tier_basis != "amount":
            base = row.delivered_quota if component.tier_basis == "attainment" else credited
        if _needs_attainment(component) and attainment is None:
            if not component.is_objective:
                self._note("missing_quota", row)
            return Valuation(base, None, ZERO, ZERO, pays_nothing=True)
        assert base is not None

        x: Fraction | None
        steps = net_credits(row.window_credits)
        match component.tier_basis:
            case "attainment":
                assert attainment is not None
                x = at_most(attainment, cap)
                steps = [attainment] if not quota else [net / quota for net in steps]
            case "amount":
                x = credited
                cap = cap * quota if cap is not None and quota else None
            case _:
                x, cap = margin_ratio(row.window_credits), None
        if tiers is None or x is None:
            return Valuation(base, x, ZERO, ZERO, pays_nothing=True)
        result = tiers.result(component.tier_method, x, steps, cap)
        threshold = component.threshold_attainment
        under = threshold is not None and attainment is not None and attainment < threshold
        if under and base * result * modifier > 0:
            return Valuation(base, x, ZERO, ZERO, pays_nothing=True)
        earned = at_most(rounded(base * result * modifier), component.cap_amount)
        return Valuation(base, x, result, earned, pays_nothing=False)

    # --- deals ---

    def _deals(self, row: Attainment) -> list[Deal]:
        """The deals with credits in this month; tiers and modifier are of the event's month."""
        component = row.component
        counted = self._attainments.counted(row)
        here = {item.event_id for item in row.month_credits}
        deals = []
        for event_id in sorted(here):
            items = in_deal_order([item for item in counted if item.event_id == event_id])
            # Where the event counted on a plan that this one continues, its first cancellation here
            # opens the deal.
            events = [item for item in items if not item.credit.transaction.reverses]
            home = (events or items)[0].period
            tiers = self._tiers_in(row.worker_id, component, home)
            modifier = self._modifier_in(row.worker_id, component, home)
            deals.append(Deal(event_id, tiers, modifier, items))
        return deals

    def _move(self, component: PlanComponent, deal: Deal, period: Period) -> Fraction:
        """What the deal has earned by the end of the month, less what it had by its beginning."""
        through = deal.through(period)
        before = [item for item in through if item.period != period]
        return deal_earned(component, deal, through) - deal_earned(component, deal, before)

    # --- what other components and plans say ---

    def _reading(self, worker_id: str, component_id: str, period: Period) -> Fraction:
        row = self._attainments.by_key.get((worker_id, component_id, period.period_id))
        return row.reading if row else ZERO

    def _tiers_in(self, worker_id: str, component: PlanComponent, period: Period) -> Tiers | None:
        reading = None
        if component.cross_component_id is not None:
            reading = self._reading(worker_id, component.cross_component_id, period)
        tiers = tiers_of(self._tiers.get(component.component_id, []), reading)
        if tiers is None:
            key = f"{worker_id}|{component.component_id}|{period.period_id}"
            self._findings.add("matrix_gap", "rate_tiers", key)
        return tiers

    def _modifier_in(self, worker_id: str, component: PlanComponent, period: Period) -> Fraction:
        product = ONE
        for by_component_id, rows in self._modifiers.get(component.component_id, {}).items():
            product *= multiplier(rows, self._reading(worker_id, by_component_id, period))
        return product

    def _note(self, kind: str, row: Attainment) -> None:
        self._findings.add(kind, "fct_attainment", "|".join(row.key))

    # --- target incentive ---

    def _target_incentive(self, row: Attainment) -> Fraction:
        """Target incentive * weight, over the window's months to date or all of them."""
        component = row.component
        if component.payout_basis != "target_incentive":
            return ZERO
        full = component.quota_basis == "full_window" or component.is_objective
        months = [month for month in row.window_months if full or month.index <= row.period.index]
        amounts = [self._month_incentive(row.membership, month) for month in months]
        return sum(amounts, ZERO) * component.weight

    def _month_incentive(self, membership: Membership, period: Period) -> Fraction:
        """A twelfth of the annual amount, in the plan's currency, for a month on the plan."""
        if not membership.on_plan_in(period):
            return ZERO
        last_day = membership.last_day_in(period)
        plan = membership.plan
        assignment = self._attainments.assignment_on(membership.worker_id, plan.plan_id, last_day)
        assert assignment is not None
        annual = assignment.target_incentive
        if annual is None:
            annual = self._compensated(membership, period)
        share = ONE
        if plan.incentive_proration == "active_days":
            share = Fraction(membership.active_days_in(period), len(period.days))
        return annual / 12 * share

    def _compensated(self, membership: Membership, period: Period) -> Fraction:
        """The annual amount of worker_compensation, converted exactly; 0 where it isn't known."""
        last_day = membership.last_day_in(period)
        for pay in self._compensation.get(membership.worker_id, []):
            if holds(pay.valid_from, last_day, pay.valid_to) and pay.target_incentive is not None:
                rate = self._rates.find(period, pay.currency, membership.plan.currency)
                return ZERO if rate is None else pay.target_incentive * rate
        key = f"{membership.worker_id}|{membership.plan.plan_id}|{period.period_id}"
        self._findings.add("missing_target_incentive", "plan_assignments", key)
        return ZERO

    def rows(self) -> list[Row]:
        """The mart `fct_earnings`."""
        return [
            {
                "worker_id": row.attainment.worker_id,
                "component_id": row.component.component_id,
                "period_id": row.attainment.period.period_id,
                "plan_id": row.attainment.plan.plan_id,
                "window_id": row.attainment.window_id,
                "base_amount": row.valuation.base if row.valuation else None,
                "tier_position": row.valuation.x if row.valuation else None,
                "tier_result": row.valuation.result if row.valuation else None,
                "modifier": row.modifier,
                "earned_to_date": money(row.earned_to_date),
                "earned_amount": money(row.earned),
                "currency": row.attainment.plan.currency,
            }
            for row in self.all
        ]


def _needs_attainment(component: PlanComponent) -> bool:
    """Whether tiers, threshold or cap are read at attainment."""
    return (
        component.tier_basis == "attainment"
        or component.threshold_attainment is not None
        or component.cap_attainment is not None
    )


def in_deal_order(items: Sequence[CountedCredit]) -> list[CountedCredit]:
    """A deal's credits: by month, the event first, then its cancellations by date and id."""
    return sorted(
        items,
        key=lambda item: (
            item.period.index,
            item.credit.transaction.reverses,
            item.credit.order,
        ),
    )


def net_credits(items: Sequence[CountedCredit]) -> list[Fraction]:
    """Credits net of their cancellations in the window, each in its event's place, in order.

    A cancellation whose event lies outside the window is a credit in its own place.
    """
    return [sum((item.amount for item in place), ZERO) for place in places(items)]


def places(items: Sequence[CountedCredit]) -> list[list[CountedCredit]]:
    """The credits of a window grouped by place: an event's credit and its cancellations."""
    grouped: dict[str, list[CountedCredit]] = {}
    events = {item.event_id for item in items if not item.credit.transaction.reverses}
    ordered = sorted(items, key=lambda item: item.credit.order)
    for item in ordered:
        if not item.credit.transaction.reverses:
            grouped[item.event_id] = [item]
        elif item.event_id not in events:
            grouped[item.credit.transaction.transaction_id] = [item]
    for item in ordered:
        if item.credit.transaction.reverses and item.event_id in events:
            grouped[item.event_id].append(item)
    return list(grouped.values())


def deal_exact(component: PlanComponent, deal: Deal, items: Sequence[CountedCredit]) -> Fraction:
    """What a deal with these credits earns, unrounded, cut to cap_amount; 0 where they net to 0."""
    credited = sum((item.amount for item in items), ZERO)
    if credited == 0 or deal.tiers is None:
        return ZERO
    x = deal_position(component, items)
    if x is None:
        return ZERO
    result = deal.tiers.result(component.tier_method, x, [x])
    base = ONE
    if component.payout_basis == "credit" and component.tier_basis == "margin":
        base = credited
    return at_most(base * result * deal.modifier, component.cap_amount)


def deal_position(component: PlanComponent, items: Sequence[CountedCredit]) -> Fraction | None:
    """A deal's x: its net credit, or its margin ratio."""
    if component.tier_basis == "margin":
        return margin_ratio(list(items))
    return sum((item.amount for item in items), ZERO)


def deal_earned(component: PlanComponent, deal: Deal, items: Sequence[CountedCredit]) -> Fraction:
    """What a deal with these credits has earned, to the cent."""
    return rounded(deal_exact(component, deal, items))
