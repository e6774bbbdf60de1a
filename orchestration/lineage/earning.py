"""What a component earned in a month: tier by tier for what pays a rate of credit, else by the window's formula."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from orchestration.lineage.facts import Facts, Row
from orchestration.lineage.node import Node, TraceError
from orchestration.lineage.standing import attainment, planning_rows
from orchestration.lineage.words import (
    BLENDED,
    CENT,
    bound_text,
    carried,
    carried_text,
    is_blended,
    number,
    percent,
    plain,
    rate_text,
    round_half_up,
    signed,
    unit_of,
)


def earning(facts: Facts, line: Row, counts: bool = True) -> Node | None:
    """What the line's earned month comes to as calculated today; None where nothing is calculated for it."""
    key = (line["worker_id"], line["component_id"], line["earned_period_id"])
    row = facts.earnings.get(key)
    if row is None:
        return None
    component, stands = facts.components[row["component_id"]], facts.attainment[key]
    children = list(_parts(facts, row, component, stands))
    children += _modifiers(facts, row)
    children.append(attainment(facts, line, stands))
    return Node(
        "earning",
        f"Earned in {row['period_id']}: {component['component_name']} ({component['plan_name']})",
        row["earned_amount"],
        row["currency"],
        counts=counts,
        facts=[("pays", _method(component)), ("window", row["window_id"])],
        children=children,
        how=_moved(row, _before(facts, stands)),
    )


def _method(component: Row) -> str:
    """`marginal tiers on attainment, a rate of credit`."""
    basis = {"credit": "a rate of credit", "target_incentive": "a part of the target incentive", "flat": "an amount"}
    return f"{component['tier_method']} tiers on {component['tier_basis']}, {basis[component['payout_basis']]}"


def _before(facts: Facts, stands: Row) -> Row | None:
    """The earning of the window's month before."""
    window = facts.window_attainment[stands["worker_id"], stands["component_id"], stands["window_id"]]
    earlier = [month for month in window if month["month_index"] < stands["month_index"]]
    if not earlier or stands["pay_window"] == "deal":
        return None
    return facts.earnings[stands["worker_id"], stands["component_id"], earlier[-1]["period_id"]]


def _moved(row: Row, before: Row | None) -> str:
    earlier = before["earned_to_date"] if before else Decimal(0)
    earned = number(row["earned_to_date"], row["currency"])
    so_far = f"{earned} earned in {row['window_id']} by the end of {row['period_id']}"
    if before is None:
        return so_far
    return f"{so_far} − {number(earlier, row['currency'])} by the end of {before['period_id']}"


def _parts(facts: Facts, row: Row, component: Row, stands: Row) -> Iterator[Node]:
    """What the amount is made of: its deals by tier, or what the window stands at less what it stood at before."""
    before = _before(facts, stands)
    window = _window(facts, row, component, stands)
    if component["payout_basis"] == "credit":
        yield from _tiers(facts, row, component, before)
        if stands["pay_window"] != "deal":
            window.counts = False
            yield window
        return
    yield window
    if before is not None:
        yield Node(
            "window_before",
            f"Earned in {before['window_id']} by the end of {before['period_id']}",
            -before["earned_to_date"],
            before["currency"],
            how=_formula(facts, before, component),
        )


def _tiers(facts: Facts, row: Row, component: Row, before: Row | None) -> Iterator[Node]:
    """The month's deals by the tier that paid them; each tier states its sum."""
    deals = facts.deals.get((row["worker_id"], row["component_id"], row["period_id"]), [])
    groups: dict[tuple[Decimal | None, Decimal | None, Decimal | None], list[Row]] = {}
    for deal in deals:
        if deal["credit_id"] is not None:
            groups.setdefault((deal["tier_from"], deal["rate"], deal["modifier"]), []).append(deal)
    unit = unit_of(component, row["currency"])
    for (tier_from, rate, _), members in groups.items():
        modifier = members[0]["modifier"]
        part = sum((deal["credit_part"] for deal in members), Decimal(0))
        own_rates = [
            tier["rate"] for tier in facts.tiers.get((row["component_id"],), []) if tier["tier_from"] == tier_from
        ]
        bound = bound_text(tier_from, component, row["currency"])
        title = "Paid by no tier" if tier_from is None else f"Tier from {bound}"
        if tier_from is not None and is_blended(rate, component, own_rates):
            title = f"{BLENDED.capitalize()}, up to the tier from {bound}"
        times = f" × {signed(plain(modifier))} modifier" if modifier != 1 else ""
        shown = rate_text(rate, component, row["currency"])
        yield Node(
            "tier",
            f"{title}, rate {shown}",
            sum((deal["earned_amount"] for deal in members), Decimal(0)),
            row["currency"],
            how=f"{number(part, unit)} of credit × {shown}{times}, each deal to the cent",
            children=[_deal(facts, deal, component, shown + times, row["currency"]) for deal in members],
        )
    for deal in deals:
        if deal["credit_id"] is None:
            paid = sum((other["earned_amount"] for other in deals if other["credit_id"] is not None), Decimal(0))
            yield Node(
                "moved",
                "Moved for earlier credits of the window",
                deal["earned_amount"],
                row["currency"],
                how=f"{_moved(row, before)}, − {number(paid, row['currency'])} of the month's own deals",
            )


def _deal(facts: Facts, deal: Row, component: Row, times: str, currency: str) -> Node:
    event = facts.transactions[deal["transaction_id"]]
    unit = unit_of(component, currency)
    said = f"{number(deal['credit_part'], unit)} × {times}"
    if more := carried(deal, unit):
        said += f" = {number(deal['earned_amount'] - more, currency)}, {carried_text(more, component)}"
    return Node(
        "deal",
        f"{event['event_date']} {event['account_name'] or 'no customer'} ({deal['transaction_id']})",
        deal["earned_amount"],
        currency,
        how=said,
        facts=[("credit", deal["credit_id"])],
    )


def _window(facts: Facts, row: Row, component: Row, stands: Row) -> Node:
    """What the window stands at, base × F × modifier, with its tiers and the target incentive, if it pays on one."""
    node = Node(
        "window",
        f"Earned in {row['window_id']} by the end of {row['period_id']}",
        row["earned_to_date"],
        row["currency"],
        how=_formula(facts, row, component),
        facts=list(_tier_facts(facts, row, component)),
    )
    if component["payout_basis"] == "target_incentive":
        node.children.append(_incentive(facts, row, component, stands))
    return node


def _formula(facts: Facts, row: Row, component: Row) -> str:
    """`45,000.00 × 0.85 × 1 = 38,250.00`, in the terms of the component, with what caps and thresholds did."""
    stands = facts.attainment[row["worker_id"], row["component_id"], row["period_id"]]
    tiers = facts.tiers.get((row["component_id"],), [])
    if row["tier_result"] is None:
        return "The sum of what its deals earned, each on its own."
    if said := tier_sum(row, component, stands, tiers):
        return said
    basis = {"credit": "credit", "target_incentive": "target incentive", "flat": ""}[component["payout_basis"]]
    if component["payout_basis"] == "credit" and component["tier_basis"] == "attainment":
        basis = "quota"
    currency = unit_of(component, row["currency"]) if component["payout_basis"] == "credit" else row["currency"]
    place = bound_text(row["tier_position"], component, row["currency"])
    result = signed(plain(row["tier_result"]))
    said = f"at {place} the tiers give {result}"
    exact = row["tier_result"]
    if basis and row["base_amount"] is not None and component["tier_basis"] != "amount":
        said = f"{number(row['base_amount'], currency)} {basis} × {result} (the tiers at {place})"
        exact *= row["base_amount"]
    if row["modifier"] != 1:
        said += f" × {signed(plain(row['modifier']))} modifier"
        exact *= row["modifier"]
    said += f" = {number(row['earned_to_date'], row['currency'])}"
    cents = round_half_up(exact)
    if component["cap_amount"] is not None and row["earned_to_date"] == component["cap_amount"] < cents:
        said += f", cut to the cap of {number(component['cap_amount'], row['currency'])}"
    elif cents != row["earned_to_date"]:
        # The mart shows 8 digits of what is calculated with 18, and the base to the cent.
        allowed = (
            CENT + abs(row["base_amount"] or 0) * abs(row["modifier"]) * Decimal("1e-8") + abs(exact) * Decimal("1e-7")
        )
        if row["base_amount"]:
            allowed += CENT * abs(row["tier_result"] * row["modifier"])
        if abs(cents - row["earned_to_date"]) > allowed:
            raise TraceError(f"{said}: the figures published give {number(cents, row['currency'])}")
        said += f" (from unrounded figures; those shown give {number(cents, row['currency'])})"
    if component["threshold_attainment"] is not None and row["earned_to_date"] == 0:
        said += f"; under the threshold of {percent(component['threshold_attainment'])} nothing is paid"
    return said


def tier_sum(row: Row, component: Row, stands: Row, tiers: list[Row]) -> str:
    """`393,000.00 × 7 % + 129,000.00 × 8 % = 37,830.00 USD`: the window's credit through its tiers, exact.

    For marginal tiers on credit without a matrix; empty for all else, and where the tiers don't tell the amount (a
    reversal below 0, a threshold or a cap in money that cuts it).
    """
    if (
        component["tier_method"] != "marginal"
        or component["payout_basis"] != "credit"
        or component["cross_component_id"]
    ):
        return ""
    if component["tier_basis"] not in ("attainment", "amount") or stands["pay_window"] == "deal":
        return ""
    quota = row["quota_amount"] if component["tier_basis"] == "attainment" else Decimal(1)
    if quota is None or quota <= 0 or stands["credited_to_date"] < 0:
        return ""
    credit = stands["credited_to_date"]
    cut = ""
    if component["cap_attainment"] is not None and credit > quota * component["cap_attainment"]:
        credit = quota * component["cap_attainment"]
        cut = f" (credit cut to the cap of {percent(component['cap_attainment'])} of quota)"
    unit = unit_of(component, row["currency"])
    parts, exact = [], Decimal(0)
    for tier in tiers:
        end = credit if tier["tier_to"] is None else min(credit, tier["tier_to"] * quota)
        part = end - max(tier["tier_from"], Decimal(0)) * quota
        if part > 0:
            parts.append(f"{number(part, unit)} × {rate_text(tier['rate'], component, row['currency'])}")
            exact += part * tier["rate"]
    times = f" × {signed(plain(row['modifier']))} modifier" if row["modifier"] != 1 else ""
    if not parts or round_half_up(exact * row["modifier"]) != row["earned_to_date"]:
        return ""
    summed = " + ".join(parts)
    if times and len(parts) > 1:
        summed = f"({summed})"
    return f"{summed}{times} = {number(row['earned_to_date'], row['currency'])}{cut}"


def _tier_facts(facts: Facts, row: Row, component: Row) -> Iterator[tuple[str, str]]:
    """The component's tiers, as labels and rates."""
    tiers = facts.tiers.get((row["component_id"],), [])
    is_matrix = component["cross_component_id"] is not None
    for tier in tiers:
        end = f" to {bound_text(tier['tier_to'], component, row['currency'])}" if tier["tier_to"] is not None else ""
        band = (
            f", where {component['cross_component_id']} stands at {percent(tier['band_from'])} or more"
            if is_matrix
            else ""
        )
        label = f"tier from {bound_text(tier['tier_from'], component, row['currency'])}{end}{band}"
        yield label, rate_text(tier["rate"], component, row["currency"])
    if component["threshold_attainment"] is not None:
        yield "threshold", percent(component["threshold_attainment"])
    if component["cap_attainment"] is not None:
        yield "cap", f"{percent(component['cap_attainment'])} of quota"
    if component["cap_amount"] is not None:
        yield "cap", number(component["cap_amount"], row["currency"])


def _incentive(facts: Facts, row: Row, component: Row, stands: Row) -> Node:
    """The target incentive of the window, month by month."""
    whole = component["quota_basis"] == "full_window" or component["component_source"] == "objective"
    months = [
        month
        for month in facts.window_months.get((row["worker_id"], row["component_id"], row["window_id"]), [])
        if month["annual_incentive"] is not None and (whole or month["period_id"] <= row["period_id"])
    ]
    children = [_incentive_month(month, component) for month in months]
    exact = sum((month["incentive_amount"] for month in months), Decimal(0)) * component["weight"]
    if abs(exact - (row["base_amount"] or 0)) >= CENT:
        raise TraceError(f"target incentive {row['base_amount']} of {row['component_id']}: its months come to {exact}")
    weighted = f" × weight {percent(component['weight'])}" if component["weight"] != 1 else ""
    node = Node(
        "target_incentive",
        f"Target incentive of {stands['window_id']}",
        row["base_amount"],
        row["currency"],
        counts=False,
        how=f"The sum of its months, unrounded{weighted} = {number(row['base_amount'], row['currency'])}",
        children=children,
    )
    keys = (row["worker_id"], row["component_id"], row["period_id"])
    line = next(
        (line for line in facts.lines if keys == (line["worker_id"], line["component_id"], line["earned_period_id"])),
        None,
    )
    if line is not None:
        node.children += planning_rows(facts, line, "worker_compensation")
    return node


def _incentive_month(month: Row, component: Row) -> Node:
    """`60,000.00 USD a year ÷ 12 × 20 of 30 days`."""
    said = f"{number(month['annual_incentive'], month['incentive_currency'])} a year ÷ 12"
    if component["incentive_proration"] == "active_days":
        said += f" × {month['active_days']} active of {month['days_in_month']} days"
    if month["incentive_currency"] != month["currency"]:
        said += f" × {signed(plain(month['incentive_rate']))} (rate of {month['period_id']})"
    return Node(
        "incentive_month",
        month["period_id"],
        round_half_up(month["incentive_amount"]),
        month["currency"],
        counts=False,
        how=said,
    )


def _modifiers(facts: Facts, row: Row) -> list[Node]:
    """What multiplies the earning: where the other component stands, and the factor there."""
    found = []
    for (component_id, by), tiers in facts.modifiers.items():
        if component_id != row["component_id"]:
            continue
        other, stands = facts.components[by], facts.attainment.get((row["worker_id"], by, row["period_id"]))
        full = other["quota_basis"] == "full_window"
        reading = stands and (stands["attainment_full_window"] if full else stands["attainment_to_date"])
        listed = [
            (
                f"from {percent(tier['tier_from'])}"
                + (f" to {percent(tier['tier_to'])}" if tier["tier_to"] is not None else ""),
                f"× {signed(plain(tier['multiplier']))}"
                + (", a straight line on" if tier["next_from"] is not None else ""),
            )
            for tier in tiers
        ]
        title = f"Modifier by {other['component_name']} ({by}), which stands at {percent(reading or Decimal(0))}"
        how = f"All modifiers of the component together: × {signed(plain(row['modifier']))}; 1 outside their tiers."
        found.append(Node("modifier", title, facts=listed, how=how))
    return found
