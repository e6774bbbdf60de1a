"""Credit against quota (calculation.md section 5: `fct_attainment`).

One row per worker, component and month in which the worker is on the plan, employed, for at least a
day. Everything a later step needs of that month travels with the row.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from .credits import Credit
from .dates import Days, common, count, days, merged, without
from .exact import ONE, ZERO, decimal, money, rounded
from .findings import Findings
from .inputs import Inputs, Objective, Plan, PlanAssignment, PlanComponent, Row
from .people import People
from .periods import Calendar, Period
from .quotas import Quotas
from .rates import Rates
from .transactions import margin_of


@dataclass(frozen=True)
class CountedCredit:
    """A credit that counts on a plan: `amount` in the plan's currency, rounded.

    weight is the part of the event's own amount and margin behind it (credit share * the part of a
    cancellation that counts at its age); with `rate` it gives the margin ratio.
    """

    credit: Credit
    plan_id: str
    amount: Fraction
    rate: Fraction

    @property
    def period(self) -> Period:
        """The month on which it counts."""
        assert self.credit.period is not None
        return self.credit.period

    @property
    def weight(self) -> Fraction:
        return self.credit.share * self.credit.measured.reversal_share

    @property
    def event_id(self) -> str:
        """The event it belongs to: its own, or the one it reverses."""
        return self.credit.transaction.first.event_id


@dataclass(frozen=True)
class Membership:
    """A worker's days on a plan."""

    worker_id: str
    plan: Plan
    on_plan: list[Days]
    active: list[Days]

    def on_plan_in(self, period: Period) -> list[Days]:
        """The days of the month on which the worker is employed and assigned."""
        return common(self.on_plan, [period.days])

    def active_days_in(self, period: Period) -> int:
        """Those days less the leave that doesn't count."""
        return count(common(self.active, [period.days]))

    def last_day_in(self, period: Period) -> date:
        """The month's last day on the plan."""
        return self.on_plan_in(period)[-1].end - timedelta(days=1)

    def stay_of(self, period: Period) -> Days:
        """The unbroken run of days on the plan that holds the month's last one."""
        last_day = self.last_day_in(period)
        return next(run for run in self.on_plan if run.holds(last_day))


@dataclass(frozen=True)
class Attainment:
    """A row of `fct_attainment`, with the credits and months behind it."""

    membership: Membership
    component: PlanComponent
    period: Period
    window_id: str
    window_months: list[Period]
    active_share: Fraction
    ramp_share: Fraction
    prorated_quota: Fraction | None
    credited: Fraction
    credited_to_date: Fraction
    quota_to_date: Fraction | None
    quota_full_window: Fraction | None
    attainment_to_date: Fraction | None
    attainment_full_window: Fraction | None
    window_credits: list[CountedCredit]

    @property
    def worker_id(self) -> str:
        return self.membership.worker_id

    @property
    def plan(self) -> Plan:
        return self.membership.plan

    @property
    def key(self) -> tuple[str, str, str]:
        return self.worker_id, self.component.component_id, self.period.period_id

    @property
    def delivered_quota(self) -> Fraction | None:
        """By the component's quota_basis."""
        full = self.component.quota_basis == "full_window"
        return self.quota_full_window if full else self.quota_to_date

    @property
    def quota(self) -> Fraction | None:
        """What there is a ratio to: a remainder of rounding below 0 is no quota."""
        quota = self.delivered_quota
        return None if quota is not None and quota < 0 else quota

    @property
    def attainment(self) -> Fraction | None:
        """By the component's quota_basis, before any cap."""
        if self.quota is None and not self.component.is_objective:
            return None
        full = self.component.quota_basis == "full_window"
        return self.attainment_full_window if full else self.attainment_to_date

    @property
    def month_credits(self) -> list[CountedCredit]:
        """The credits of this month, in order."""
        return [item for item in self.window_credits if item.period == self.period]

    @property
    def reading(self) -> Fraction:
        """What a matrix or modifier reads of this component; null reads as 0."""
        if self.component.tier_basis == "margin":
            return margin_ratio(self.window_credits) or ZERO
        return self.attainment or ZERO


def margin_ratio(items: list[CountedCredit]) -> Fraction | None:
    """Σ share * margin ÷ Σ share * amount of the credits, converted, unrounded; null where 0."""
    margin = amount = ZERO
    for item in items:
        event = item.credit.transaction.event
        margin += item.weight * item.rate * margin_of(event)
        amount += item.weight * item.rate * event.amount
    return margin / amount if amount else None


class Attainments:
    """All rows of `fct_attainment`."""

    def __init__(
        self,
        inputs: Inputs,
        calendar: Calendar,
        people: People,
        credits_: list[Credit],
        quotas: Quotas,
        rates: Rates,
        findings: Findings,
    ) -> None:
        self._inputs = inputs
        self._calendar = calendar
        self._people = people
        self._quotas = quotas
        self._rates = rates
        self._findings = findings
        self._plans = {plan.plan_id: plan for plan in inputs.plans}
        self._components: dict[str, list[PlanComponent]] = defaultdict(list)
        for component in sorted(inputs.plan_components, key=lambda row: row.component_id):
            self._components[component.plan_id].append(component)
        self._ramps: dict[str, dict[int, Fraction]] = defaultdict(dict)
        for step in inputs.ramp_schedules:
            self._ramps[step.plan_id][step.tenure_month] = step.quota_share
        self._objectives: dict[tuple[str, str, str], list[Objective]] = defaultdict(list)
        for objective in sorted(inputs.objectives, key=lambda row: row.objective_id):
            key = (objective.worker_id, objective.component_id, objective.period)
            self._objectives[key].append(objective)
        self._assignments: dict[tuple[str, str], list[PlanAssignment]] = defaultdict(list)
        for assignment in inputs.plan_assignments:
            self._assignments[(assignment.worker_id, assignment.plan_id)].append(assignment)

        self.memberships = {key: self._membership(*key) for key in sorted(self._assignments)}
        self._counted = self._counted_credits(credits_)
        self.all = [row for key in sorted(self._assignments) for row in self._rows_of(*key)]
        self.by_key = {row.key: row for row in self.all}

    def assignment_on(self, worker_id: str, plan_id: str, day: date) -> PlanAssignment | None:
        """The worker's assignment to the plan on a day."""
        for assignment in self._assignments.get((worker_id, plan_id), []):
            if days(assignment.valid_from, assignment.valid_to).holds(day):
                return assignment
        return None

    def counted(self, row: Attainment) -> list[CountedCredit]:
        """All credits, of any month, that count for the row's worker and component."""
        key = (row.worker_id, row.component.plan_id, row.component.measure_id or "")
        return self._counted.get(key, [])

    # --- days on the plan ---

    def _membership(self, worker_id: str, plan_id: str) -> Membership:
        plan = self._plans[plan_id]
        assigned = merged(
            days(assignment.valid_from, assignment.valid_to) for assignment in self._assignments[(worker_id, plan_id)]
        )
        on_plan = common(assigned, [self._people.employment(worker_id)])
        leaves = [
            days(leave.leave_from, leave.leave_to)
            for leave in self._inputs.worker_leaves
            if leave.worker_id == worker_id and not (leave.is_paid and plan.paid_leave_counts)
        ]
        return Membership(worker_id, plan, on_plan, without(on_plan, leaves))

    # --- credits that count on a plan ---

    def _counted_credits(self, credits_: list[Credit]) -> dict[tuple[str, str, str], list[CountedCredit]]:
        """Counted credits by worker, plan and measure, in the order in which they meet tiers."""
        counted: dict[tuple[str, str, str], list[CountedCredit]] = defaultdict(list)
        # Which measures counted an event for a worker on a plan; cancellations depend on it.
        events: dict[tuple[str, str, str], set[str]] = defaultdict(set)
        for credit in sorted(credits_, key=lambda item: item.transaction.reverses):
            reverses = credit.transaction.reverses
            event_id = credit.transaction.first.event_id
            counts_somewhere = False
            for plan_id in self._plans_of(credit):
                if reverses and not self._event_counted(credit, plan_id, events):
                    continue
                item = self._converted(credit, plan_id)
                if item is not None:
                    counts_somewhere = True
                    counted[(credit.worker_id, plan_id, credit.measure_id)].append(item)
                    if not reverses:
                        events[(credit.worker_id, plan_id, event_id)].add(credit.measure_id)
            if reverses and not counts_somewhere and self._was_or_is_on_a_plan(credit, events):
                key = f"{credit.transaction.transaction_id}|{credit.measure_id}|{credit.worker_id}"
                self._findings.add("cancellation_not_counted", "credits", key, amount=credit.amount)
        for items in counted.values():
            items.sort(key=lambda item: item.credit.order)
        return counted

    def _plans_of(self, credit: Credit) -> list[str]:
        """The plans that pay by the credit's measure and hold its date in an assignment."""
        if credit.period is None:
            return []
        return [
            plan_id
            for plan_id in sorted(self._plans)
            if any(row.measure_id == credit.measure_id for row in self._components[plan_id])
            and self.assignment_on(credit.worker_id, plan_id, credit.credit_date)
        ]

    def _event_counted(self, credit: Credit, plan_id: str, events: dict[tuple[str, str, str], set[str]]) -> bool:
        """Whether a cancellation's event counted on the plan, or on one that it continues."""
        event_id = credit.transaction.first.event_id
        if credit.measure_id in events.get((credit.worker_id, plan_id, event_id), set()):
            return True
        seen = {plan_id}
        continued = self._plans[plan_id].continues_plan_id
        while continued is not None and continued in self._plans and continued not in seen:
            if events.get((credit.worker_id, continued, event_id)):
                return True
            seen.add(continued)
            continued = self._plans[continued].continues_plan_id
        return False

    def _was_or_is_on_a_plan(self, credit: Credit, events: dict[tuple[str, str, str], set[str]]) -> bool:
        """Whether somebody has to look at a cancellation that counts nowhere."""
        event_id = credit.transaction.first.event_id
        return bool(self._plans_of(credit)) or any(
            credit.measure_id in events.get((credit.worker_id, plan_id, event_id), set()) for plan_id in self._plans
        )

    def _converted(self, credit: Credit, plan_id: str) -> CountedCredit | None:
        """In the plan's currency, at the rate of the month of the event, or of the one it reverses."""
        month = self._calendar.at(credit.transaction.first.event_date)
        currency = self._plans[plan_id].currency
        if not credit.measured.measure.is_money:
            # Units count as they are; a margin ratio leaves out what has no rate.
            rate = self._rates.known(month, credit.transaction.event.currency, currency)
            return CountedCredit(credit, plan_id, credit.amount, ZERO if rate is None else rate)
        rate = self._rates.find(month, credit.currency, currency)
        if rate is None:
            return None
        return CountedCredit(credit, plan_id, rounded(credit.amount * rate), rate)

    # --- rows ---

    def _rows_of(self, worker_id: str, plan_id: str) -> Iterator[Attainment]:
        membership = self.memberships[(worker_id, plan_id)]
        for component in self._components[plan_id]:
            for period in self._calendar.computed:
                if membership.on_plan_in(period):
                    yield self._row(membership, component, period)

    def _row(self, membership: Membership, component: PlanComponent, period: Period) -> Attainment:
        worker_id = membership.worker_id
        window_id = period.block_id(component.window)
        months = self._calendar.months_of(window_id)
        so_far = [month for month in months if month.index <= period.index]
        self._note_joining_or_leaving(membership, component, window_id, months)

        items = [
            item
            for item in self._counted.get((worker_id, component.plan_id, component.measure_id or ""), [])
            if item.period in so_far
        ]
        credited = sum((item.amount for item in items if item.period == period), ZERO)
        credited_to_date = sum((item.amount for item in items), ZERO)
        quota_to_date = _sum(self._prorated(membership, component, month) for month in so_far)
        quota_full_window = _sum(self._prorated(membership, component, month) for month in months)
        attainment_to_date = _ratio(credited_to_date, quota_to_date)
        attainment_full_window = _ratio(credited_to_date, quota_full_window)
        if component.is_objective:
            attainment_to_date = attainment_full_window = self._objective_attainment(
                membership, component, period, window_id, months
            )
        return Attainment(
            membership,
            component,
            period,
            window_id,
            months,
            self._active_share(membership, period),
            self._ramp_share(membership, period),
            self._prorated(membership, component, period),
            credited,
            credited_to_date,
            quota_to_date,
            quota_full_window,
            attainment_to_date,
            attainment_full_window,
            items,
        )

    def _active_share(self, membership: Membership, period: Period) -> Fraction:
        if membership.plan.quota_proration == "none":
            return ONE
        return Fraction(membership.active_days_in(period), len(period.days))

    def _ramp_share(self, membership: Membership, period: Period) -> Fraction:
        hired_on = self._people.workers[membership.worker_id].hire_date
        tenure = self._calendar.tenure_month(hired_on, period)
        ramp = self._ramps.get(membership.plan.plan_id, {})
        return ONE if tenure is None else ramp.get(tenure, ONE)

    def _prorated(self, membership: Membership, component: PlanComponent, period: Period) -> Fraction | None:
        quota = self._quotas.find(membership.worker_id, component.measure_id or "", period)
        if quota is None:
            return None
        share = self._active_share(membership, period) * self._ramp_share(membership, period)
        return rounded(quota * share)

    def _objective_attainment(
        self,
        membership: Membership,
        component: PlanComponent,
        period: Period,
        window_id: str,
        months: list[Period],
    ) -> Fraction | None:
        """Σ weight * score, in the window's last month on the plan; null before."""
        last_month = [month for month in months if membership.on_plan_in(month)][-1]
        if period != last_month:
            return None
        key = f"{membership.worker_id}|{component.component_id}|{window_id}"
        objectives = self._objectives.get((membership.worker_id, component.component_id, window_id), [])
        if sum((row.weight for row in objectives), ZERO) != 1:
            self._findings.add("objective_weights", "objectives", key)
        if not objectives:
            return None
        total = ZERO
        for objective in objectives:
            score = _score(objective)
            if score is None:
                self._findings.add("objective_score_missing", "objectives", objective.objective_id)
            total += objective.weight * (score or ZERO)
        return total

    def _note_joining_or_leaving(
        self,
        membership: Membership,
        component: PlanComponent,
        window_id: str,
        months: list[Period],
    ) -> None:
        """Without proration, part of a window on the plan carries the whole window's quota."""
        if membership.plan.quota_proration != "none" or component.is_objective:
            return
        window = Days(months[0].starts_on, months[-1].ends_on)
        if count(common(membership.on_plan, [window])) < len(window):
            key = f"{membership.worker_id}|{component.component_id}|{window_id}"
            self._findings.add("part_of_window", "plan_assignments", key, severity="info")

    def rows(self) -> list[Row]:
        """The mart `fct_attainment`."""
        return [
            {
                "worker_id": row.worker_id,
                "component_id": row.component.component_id,
                "period_id": row.period.period_id,
                "plan_id": row.plan.plan_id,
                "measure_id": row.component.measure_id,
                "window_id": row.window_id,
                "active_share": row.active_share,
                "ramp_share": row.ramp_share,
                "prorated_quota_amount": money(row.prorated_quota),
                "credited_amount": decimal(row.credited, 4),
                "credited_to_date": decimal(row.credited_to_date, 4),
                "quota_to_date": money(row.quota_to_date),
                "quota_full_window": money(row.quota_full_window),
                "attainment_to_date": row.attainment_to_date,
                "attainment_full_window": row.attainment_full_window,
            }
            for row in self.all
        ]


def _sum(amounts: Iterator[Fraction | None]) -> Fraction | None:
    """The sum of those that are there, null where none is."""
    present = [amount for amount in amounts if amount is not None]
    return sum(present, ZERO) if present else None


def _ratio(credited: Fraction, quota: Fraction | None) -> Fraction | None:
    return credited / quota if quota else None


def _score(objective: Objective) -> Fraction | None:
    """The score, else actual ÷ target."""
    if objective.score is not None:
        return objective.score
    if objective.actual_value is None or not objective.target_value:
        return None
    return objective.actual_value / objective.target_value
