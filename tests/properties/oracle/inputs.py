"""The input entities as typed rows, with the defaults of inputs.md for empty columns.

Numbers arrive as Decimal or int and become Fraction, so that every later step is exact. Rows are
taken to have passed the input contract: parsed, keys unique, references resolved.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import TypeVar

from .exact import ONE, ZERO

Value = str | Decimal | Fraction | date | bool | int | None
Row = dict[str, Value]
Entity = TypeVar("Entity")


@dataclass(frozen=True)
class Company:
    """Everything a calculation reads: rows by entity, the fiscal year's start, the as-of date."""

    rows: Mapping[str, Sequence[Mapping[str, Value]]]
    fiscal_year_start_month: int
    as_of: date


@dataclass(frozen=True, kw_only=True)
class Account:
    account_id: str
    parent_account_id: str | None = None
    industry: str | None = None
    segment: str | None = None
    country: str | None = None
    region: str | None = None
    postal_code: str | None = None


@dataclass(frozen=True, kw_only=True)
class Product:
    product_id: str
    product_family: str | None = None


@dataclass(frozen=True, kw_only=True)
class CrmUser:
    user_id: str
    worker_id: str | None = None
    email: str | None = None


@dataclass(frozen=True, kw_only=True)
class Opportunity:
    opportunity_id: str
    account_id: str | None = None
    owner_user_id: str | None = None
    opportunity_type: str | None = None


@dataclass(frozen=True, kw_only=True)
class OpportunitySplit:
    opportunity_id: str
    user_id: str
    split_type: str
    split_share: Fraction = ONE


@dataclass(frozen=True, kw_only=True)
class SalesEvent:
    event_id: str
    event_type: str = "booking"
    event_date: date
    opportunity_id: str | None = None
    account_id: str | None = None
    product_id: str | None = None
    owner_user_id: str | None = None
    quantity: Fraction | None = None
    amount: Fraction = ZERO
    cost_amount: Fraction | None = None
    currency: str | None = None
    term_months: int | None = None
    opportunity_type: str | None = None
    related_event_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class Worker:
    worker_id: str
    email: str | None = None
    hire_date: date
    termination_date: date | None = None
    payroll_currency: str | None = None


@dataclass(frozen=True, kw_only=True)
class WorkerJob:
    worker_id: str
    valid_from: date
    valid_to: date | None = None
    sales_role: str | None = None
    manager_worker_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class WorkerCompensation:
    worker_id: str
    valid_from: date
    valid_to: date | None = None
    target_incentive: Fraction | None = None
    currency: str | None = None


@dataclass(frozen=True, kw_only=True)
class WorkerLeave:
    worker_id: str
    leave_from: date
    leave_to: date | None = None
    is_paid: bool = True


@dataclass(frozen=True, kw_only=True)
class TerritoryAssignment:
    territory_id: str
    worker_id: str
    assignment_role: str | None = None
    valid_from: date
    valid_to: date | None = None
    credit_share: Fraction = ONE


@dataclass(frozen=True, kw_only=True)
class PlanAssignment:
    worker_id: str
    plan_id: str
    valid_from: date
    valid_to: date | None = None
    target_incentive: Fraction | None = None


@dataclass(frozen=True, kw_only=True)
class Quota:
    worker_id: str
    measure_id: str
    period: str
    quota_amount: Fraction = ZERO


@dataclass(frozen=True, kw_only=True)
class Objective:
    objective_id: str
    worker_id: str
    component_id: str
    period: str
    weight: Fraction = ONE
    target_value: Fraction | None = None
    actual_value: Fraction | None = None
    score: Fraction | None = None


@dataclass(frozen=True, kw_only=True)
class Draw:
    worker_id: str
    valid_from: date
    valid_to: date | None = None
    draw_type: str
    amount_per_month: Fraction = ZERO
    currency: str | None = None
    recovery_share: Fraction = ONE
    recovery_from: date | None = None


@dataclass(frozen=True, kw_only=True)
class PayoutAdjustment:
    adjustment_id: str
    worker_id: str
    component_id: str | None = None
    period: str
    amount: Fraction = ZERO
    currency: str | None = None
    requested_by: str | None = None
    approved_by: str | None = None

    @property
    def is_approved(self) -> bool:
        """By somebody else than who requested it."""
        return self.approved_by is not None and self.approved_by.lower() != (self.requested_by or "").lower()


@dataclass(frozen=True, kw_only=True)
class SettledPayout:
    worker_id: str
    component_id: str | None = None
    earned_period: str
    pay_period: str
    line_type: str
    amount: Fraction = ZERO
    currency: str | None = None
    payroll_amount: Fraction | None = None
    payroll_currency: str | None = None


@dataclass(frozen=True, kw_only=True)
class Measure:
    measure_id: str
    event_types: str = "booking"
    value: str = "amount"
    product_family: str | None = None
    opportunity_type: str | None = None
    min_amount: Fraction | None = None
    min_margin: Fraction | None = None
    min_term_months: int | None = None
    reversal_timing: str = "event_period"
    reversal_window_days: int | None = None

    @property
    def is_money(self) -> bool:
        """Whether its credits are money, in the transaction's currency."""
        return self.value in ("amount", "margin")


@dataclass(frozen=True, kw_only=True)
class ReversalSchedule:
    measure_id: str
    from_days: int
    to_days: int | None = None
    share: Fraction = ONE


@dataclass(frozen=True, kw_only=True)
class CreditRule:
    credit_rule_id: str
    measure_id: str
    credit_source: str = "owner"
    alignment: str | None = None
    assignment_role: str | None = None
    sales_role: str | None = None
    product_family: str | None = None
    credit_share: Fraction = ONE
    manager_levels: int = 1
    priority: int = 1
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True, kw_only=True)
class Territory:
    territory_id: str
    alignment: str | None = None


@dataclass(frozen=True, kw_only=True)
class TerritoryRule:
    territory_rule_id: str
    territory_id: str
    priority: int = 1
    account_id: str | None = None
    parent_account_id: str | None = None
    industry: str | None = None
    segment: str | None = None
    country: str | None = None
    region: str | None = None
    postal_prefix: str | None = None
    product_family: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True, kw_only=True)
class Plan:
    plan_id: str
    currency: str | None = None
    quota_proration: str = "none"
    incentive_proration: str = "none"
    paid_leave_counts: bool = True
    continues_plan_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class PlanComponent:
    component_id: str
    plan_id: str
    component_source: str = "credit"
    measure_id: str | None = None
    payout_basis: str = "credit"
    weight: Fraction = ONE
    window: str = "month"
    quota_basis: str = "to_date"
    tier_basis: str = "attainment"
    tier_method: str = "marginal"
    cross_component_id: str | None = None
    payment_frequency: str = "month"
    threshold_attainment: Fraction | None = None
    cap_attainment: Fraction | None = None
    cap_amount: Fraction | None = None
    release_event: str | None = None
    release_share_at_booking: Fraction = ZERO

    @property
    def is_objective(self) -> bool:
        """Whether objectives, not credits, are what it pays for."""
        return self.component_source == "objective"


@dataclass(frozen=True, kw_only=True)
class ReleaseSchedule:
    component_id: str
    after_months: int
    share: Fraction = ONE


@dataclass(frozen=True, kw_only=True)
class RateTier:
    component_id: str
    tier_from: Fraction = ZERO
    cross_from: Fraction | None = None
    tier_to: Fraction | None = None
    cross_to: Fraction | None = None
    rate: Fraction = ZERO


@dataclass(frozen=True, kw_only=True)
class ComponentModifier:
    component_id: str
    by_component_id: str
    tier_from: Fraction = ZERO
    tier_to: Fraction | None = None
    multiplier: Fraction = ONE
    method: str = "step"


@dataclass(frozen=True, kw_only=True)
class RampSchedule:
    plan_id: str
    tenure_month: int
    quota_share: Fraction = ONE


@dataclass(frozen=True, kw_only=True)
class QuotaSeasonality:
    measure_id: str
    month_of_year: int
    share: Fraction = ZERO


@dataclass(frozen=True, kw_only=True)
class FxRate:
    period: str
    from_currency: str
    to_currency: str
    rate: Fraction


@dataclass(frozen=True, kw_only=True)
class FiscalMonth:
    period: str
    starts_on: date
    ends_on: date


class Inputs:
    """A company's rows, typed."""

    def __init__(self, company: Company) -> None:
        rows = company.rows
        self.as_of = company.as_of
        self.fiscal_year_start_month = company.fiscal_year_start_month
        self.accounts = _load(Account, rows.get("accounts"))
        self.products = _load(Product, rows.get("products"))
        self.crm_users = _load(CrmUser, rows.get("crm_users"))
        self.opportunities = _load(Opportunity, rows.get("opportunities"))
        self.opportunity_splits = _load(OpportunitySplit, rows.get("opportunity_splits"))
        self.sales_events = _load(SalesEvent, rows.get("sales_events"))
        self.workers = _load(Worker, rows.get("workers"))
        self.worker_jobs = _load(WorkerJob, rows.get("worker_jobs"))
        self.worker_compensation = _load(WorkerCompensation, rows.get("worker_compensation"))
        self.worker_leaves = _load(WorkerLeave, rows.get("worker_leaves"))
        self.territory_assignments = _load(TerritoryAssignment, rows.get("territory_assignments"))
        self.plan_assignments = _load(PlanAssignment, rows.get("plan_assignments"))
        self.quotas = _load(Quota, rows.get("quotas"))
        self.objectives = _load(Objective, rows.get("objectives"))
        self.draws = _load(Draw, rows.get("draws"))
        self.payout_adjustments = _load(PayoutAdjustment, rows.get("payout_adjustments"))
        self.settled_payouts = _load(SettledPayout, rows.get("settled_payouts"))
        self.measures = _load(Measure, rows.get("measures"))
        self.reversal_schedules = _load(ReversalSchedule, rows.get("reversal_schedules"))
        self.credit_rules = _load(CreditRule, rows.get("credit_rules"))
        self.territories = _load(Territory, rows.get("territories"))
        self.territory_rules = _load(TerritoryRule, rows.get("territory_rules"))
        self.plans = _load(Plan, rows.get("plans"))
        self.plan_components = _load(PlanComponent, rows.get("plan_components"))
        self.release_schedules = _load(ReleaseSchedule, rows.get("release_schedules"))
        self.rate_tiers = _load(RateTier, rows.get("rate_tiers"))
        self.component_modifiers = _load(ComponentModifier, rows.get("component_modifiers"))
        self.ramp_schedules = _load(RampSchedule, rows.get("ramp_schedules"))
        self.quota_seasonality = _load(QuotaSeasonality, rows.get("quota_seasonality"))
        self.fx_rates = _load(FxRate, rows.get("fx_rates"))
        self.fiscal_calendar = _load(FiscalMonth, rows.get("fiscal_calendar"))


def _load(entity: type[Entity], rows: Sequence[Mapping[str, Value]] | None) -> list[Entity]:
    """Rows as entities: columns the calculation doesn't use are left, empty ones get the default."""
    loaded = []
    for row in rows or ():
        values: dict[str, object] = {}
        for column in fields(entity):  # type: ignore[arg-type]
            value = row.get(column.name)
            if value is None:
                if column.default is MISSING:
                    raise ValueError(f"{entity.__name__}.{column.name} is missing in {dict(row)}")
                continue
            values[column.name] = _converted(value, str(column.type))
        loaded.append(entity(**values))
    return loaded


def _converted(value: Value, annotation: str) -> object:
    if annotation.startswith("Fraction"):
        if isinstance(value, bool) or not isinstance(value, int | Decimal | Fraction):
            raise TypeError(f"{value!r} is not an exact number")
        return Fraction(value)
    if annotation.startswith("int"):
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            raise TypeError(f"{value!r} is not a whole number")
        return int(value)
    return value
