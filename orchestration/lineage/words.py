"""Numbers and codes as people read them: thousands separated, currency shown, shares in per cent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

CENT = Decimal("0.01")


def number(amount: Decimal | None, unit: str | None = "") -> str:
    """`1,234.50 USD`; a quantity or count without needless zeros; a dash where nothing is known."""
    if amount is None:
        return "–"
    if unit:
        return f"{signed(f'{amount:,.2f}')} {unit}"
    return signed(plain(amount))


def plain(amount: Decimal) -> str:
    """`1,234.5`: without needless zeros."""
    text = f"{amount:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def signed(text: str) -> str:
    """With the minus sign that stands in line with figures."""
    return text.replace("-", "−")


def percent(share: Decimal | None, digits: int = 2) -> str:
    """0.875 → `87.5 %`."""
    if share is None:
        return "–"
    return signed(plain(round_half_up(share * 100, digits))) + " %"


def round_half_up(amount: Decimal, digits: int = 2) -> Decimal:
    """Half away from zero, as the calculation rounds (calculation.md, first paragraph)."""
    return amount.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)


def rate_text(rate: Decimal | None, component: dict[str, Any], currency: str) -> str:
    """A tier's rate by what it is: a share of credit, money by the unit, a payout factor, or an amount."""
    if rate is None:
        return "–"
    if component["payout_basis"] == "flat":
        return number(rate, currency)
    if component["payout_basis"] == "credit" and component["measured_value"] in ("quantity", "count"):
        return f"{signed(plain(rate))} {currency} each"
    return percent(rate, 6)


def bound_text(bound: Decimal | None, component: dict[str, Any], currency: str) -> str:
    """A tier's bound by what its tiers read."""
    if bound is None:
        return "–"
    if component["tier_basis"] == "amount":
        return number(bound, unit_of(component, currency))
    return percent(bound, 6)


def carried(deal: Mapping[str, Any], unit: str) -> Decimal:
    """What a deal's amount has more or less than the figures shown beside it: credit × rate × modifier, to the cent.

    deal: a row of fct_deal_earnings. A month's amounts are rounded on the running total, so a cent is carried from one
    deal to another.
    """
    if deal["credit_id"] is None:
        return Decimal(0)
    part = round_half_up(deal["credit_part"]) if unit else deal["credit_part"]
    return Decimal(deal["earned_amount"] - round_half_up(part * deal["rate"] * deal["modifier"]))


def carried_text(more: Decimal, component: Mapping[str, Any]) -> str:
    """`+0.01 carried from rounding the running total`; empty for 0."""
    if not more:
        return ""
    why = "carried from rounding the running total"
    if is_window_rate(component):
        why = "carried from rounding the rate and the running total"
    return f"{signed(f'{more:+,.2f}')} {why}"


BLENDED = "average rate over the tiers reached"
"""Of deals that are paid at what their window has earned by unit of credit, which is the rate of no tier."""


def is_window_rate(component: Mapping[str, Any]) -> bool:
    """Whether deals are paid at what their window has earned by unit of credit (calculation.md §6)."""
    return component["pay_window"] != "deal" and (
        component["tier_method"] not in ("marginal", "reached")
        or (component["tier_basis"] != "amount" and component["quota_basis"] == "to_date")
    )


def is_blended(rate: Decimal | None, component: Mapping[str, Any], tier_rates: Iterable[Decimal]) -> bool:
    """Whether a rate comes of several tiers, and is none's own. tier_rates: those of the tier the window stands in."""
    adds_tiers = component["tier_method"] in ("marginal", "reached", "excess")
    return adds_tiers and is_window_rate(component) and bool(rate) and rate not in set(tier_rates)


def unit_of(component: dict[str, Any], currency: str | None) -> str:
    """The unit of a component's quotas and credits: the plan's currency, or nothing for a quantity or count."""
    return (currency or "") if component["measured_value"] in ("amount", "margin") else ""


LINE_TYPES = {
    "earning": "Earned",
    "hold": "Held back",
    "release": "Released",
    "adjustment": "Adjustment of a closed month",
    "draw": "Draw",
    "draw_recovery": "Draw paid back",
    "guarantee": "Guarantee",
    "manual": "Manual adjustment",
}

LINE_TITLES = {
    "earning": "Earned in",
    "hold": "Held back of",
    "release": "Released of",
    "adjustment": "Adjustment of",
    "draw": "Draw of",
    "draw_recovery": "Draw paid back in",
    "guarantee": "Guarantee of",
    "manual": "Manual adjustment of",
}
"""The start of a line's title; its earned month follows."""

CREDIT_SOURCES = {
    "owner": "owner of the deal",
    "split": "revenue split of the deal",
    "overlay_split": "overlay split of the deal",
    "territory": "territory of the customer",
    "manager": "manager of who is credited",
}

PAY_STATES = {
    "no_credit": "No deal counts in this window yet.",
    "no_quota": "There is no quota, so no attainment can be paid on.",
    "below_threshold": "Below the threshold: nothing is paid until it is reached.",
    "below_first_tier": "Below the first tier that pays.",
    "modifier_zero": "The modifier is 0: another component is below what it asks for.",
    "no_matrix_tier": "No tier is defined for where the other component stands.",
    "objective_unknown": "The objectives are not scored yet.",
    "capped": "The cap is reached: further deals of this window pay nothing more.",
    "by_deal": "Each deal pays on its own.",
    "pays": "",
}

REASONS = {
    "not_employed": "You were not employed on that day.",
    "cancellation_too_old": "The cancellation came too late to take anything back.",
    "credited_to_others": "The deal is credited to others, not to its owner.",
    "no_rule": "No credit rule applies to it.",
    "no_territory": "Its customer belongs to no territory.",
    "other_role": "The credit rules ask for another sales role.",
    "nobody_found": "Whom the credit rules find is unknown, or was not employed.",
    "excluded_from_measure": "No measure counts deals of this kind.",
    "not_on_a_plan": "You were on no plan that pays for it on that day.",
    "missing_rate": "The exchange rate of its month is missing.",
    "event_not_counted": "The deal that it cancels counted on another plan, or on none.",
    "below_threshold": "The component is below its threshold.",
    "below_first_tier": "It lies below the first tier that pays.",
    "no_quota": "There is no quota to measure it against.",
    "modifier_zero": "The modifier of the component is 0.",
    "no_matrix_tier": "No tier is defined for where the other component stands.",
    "capped": "The cap of the component is reached.",
    "less_than_a_cent": "It comes to less than a cent.",
    "held_until_payment": "Held until the customer pays.",
    "held_until_invoice": "Held until it is invoiced.",
    "held_until_schedule": "Held until the date that the plan sets.",
}

CAUSES = {
    "credit_added": "Credit that came since",
    "credit_removed": "Credit that went since",
    "credit_changed": "Credit that changed since",
    "planning_changed": "Planning that changed since",
    "rule_changed": "Rule that changed since",
    "code_changed": "Calculation that changed since",
}
"""Words for the causes of rpt_restatements; `recomputed` is the adjustment itself."""


def cause_text(row: Mapping[str, Any]) -> str:
    """What changed behind an adjustment, in words; a row of rpt_restatements."""
    column = f", {row['column_name']}" if row["cause"] in ("planning_changed", "rule_changed") else ""
    return f"{CAUSES[row['cause']]}: {row['entity']} {row['record_key']}{column}"
