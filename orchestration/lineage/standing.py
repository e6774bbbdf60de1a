"""Where a component stands in its window: attainment, the quota month by month, and the credits that count."""

from __future__ import annotations

from decimal import Decimal

from orchestration.lineage.credits import credit, raw_row
from orchestration.lineage.facts import Facts, Row
from orchestration.lineage.node import Node
from orchestration.lineage.words import number, percent, plain, signed, unit_of


def attainment(facts: Facts, line: Row, row: Row) -> Node:
    """The attainment that the component pays on, with what it is made from."""
    component = facts.components[row["component_id"]]
    unit = unit_of(component, row["currency"])
    full = component["quota_basis"] == "full_window"
    share = row["attainment_full_window"] if full else row["attainment_to_date"]
    if row["component_source"] == "objective":
        return _objectives(facts, line, row, share)
    quota = row["quota_full_window"] if full else row["quota_to_date"]
    said = f"{number(row['credited_to_date'], unit)} credited in {row['window_id']} up to {row['period_id']}"
    if quota is not None:
        over = f"the whole of {row['window_id']}" if full else f"{row['window_id']} up to {row['period_id']}"
        said += f" ÷ {number(quota, unit)} quota of {over} = {percent(share, 6)}"
    title = f"Attainment {percent(share)}" if share is not None else "No attainment: there is no quota"
    if component["tier_basis"] == "margin" and row["revenue_to_date"]:
        margin = row["margin_to_date"] / row["revenue_to_date"]
        said += (
            f"; margin {number(row['margin_to_date'], row['currency'])} ÷ revenue "
            f"{number(row['revenue_to_date'], row['currency'])} = {percent(margin, 6)}"
        )
    children = [_credits(facts, line, row, unit)]
    if quota is not None:
        children.insert(0, _quota(facts, line, row, quota, unit, full))
    children += _plan_rows(facts, line)
    return Node("attainment", title, how=said, children=children)


def _quota(facts: Facts, line: Row, row: Row, quota: Decimal, unit: str, full: bool) -> Node:
    months = [
        month
        for month in facts.window_months.get((row["worker_id"], row["component_id"], row["window_id"]), [])
        if full or month["period_id"] <= row["period_id"]
    ]
    children = [_quota_month(month, unit) for month in months if month["prorated_quota_amount"] is not None]
    children += _rows_of(facts, line, "quotas")
    node = Node("quota", f"Quota of {row['window_id']}", quota, unit, counts=False, children=children)
    node.how = (
        "The sum of its months, each rounded once; a longer period's quota has the rest of a cent in its last month."
    )
    return node


def _quota_month(month: Row, unit: str) -> Node:
    """`900,000.00 of FY2026-Q1 × 0.33 ÷ 1 = 297,000.00; × 20 of 30 days × 50 % ramp`."""
    said = number(month["quota_amount"], unit)
    if month["quota_period"] != month["period_id"]:
        whole = f"{number(month['period_quota_amount'], unit)} of {month['quota_period']}"
        said = f"{whole} × {plain(month['month_weight'])} ÷ {plain(month['period_weight'])} = {said}"
    if month["active_share"] != 1:
        said += f"; × {month['active_days']} active of {month['days_in_month']} days"
    if month["ramp_share"] != 1:
        said += f"; × {percent(month['ramp_share'])} ramp in month {month['tenure_month']} of employment"
    to_come = ", still to come" if month["status"] == "future" else ""
    title = f"{month['period_id']}{to_come}"
    return Node("quota_month", title, month["prorated_quota_amount"], unit, how=said)


def _credits(facts: Facts, line: Row, row: Row, unit: str) -> Node:
    """The window's credits month by month; the line's own month down to the rows, the others as their sums."""
    window = facts.window_attainment[row["worker_id"], row["component_id"], row["window_id"]]
    listed = [found for found in facts.lineage.get((line["payout_line_id"],), []) if found["credit_id"]]
    by_month: dict[str, list[Row]] = {}
    for found in listed:
        by_month.setdefault(facts.credits[found["credit_id"]]["period_id"], []).append(found)
    months = []
    for month in window:
        if month["month_index"] > row["month_index"]:
            continue
        own = by_month.get(month["period_id"], [])
        own.sort(key=lambda found: (facts.transactions[found["transaction_id"]]["event_date"], found["transaction_id"]))
        children = [credit(facts, found["credit_id"], found["credited_amount"], unit) for found in own]
        node = Node("credit_month", month["period_id"], month["credited_amount"], unit, children=children)
        if not own and month["credited_amount"] != 0:
            node.how = "An earlier month, as its sum."
        months.append(node)
    earlier = any(month.amount and not month.children for month in months)
    return Node(
        "credits",
        f"Credits of {row['window_id']} up to {row['period_id']}",
        row["credited_to_date"],
        unit,
        counts=False,
        how=f"Deals of earlier months: quotaline trace --worker {row['worker_id']} --period PERIOD" if earlier else "",
        children=months,
    )


def _objectives(facts: Facts, line: Row, row: Row, share: Decimal | None) -> Node:
    objectives = facts.objectives.get((row["worker_id"], row["component_id"], row["window_id"]), [])
    children = [
        Node(
            "objective",
            f"{found['objective_name'] or found['objective_id']}: "
            f"{percent(found['score'])} × weight {percent(found['weight'])}",
            facts=[
                (label, signed(plain(found[column])))
                for label, column in (("target", "target_value"), ("actual", "actual_value"))
                if found[column] is not None
            ],
        )
        for found in objectives
    ]
    said = " + ".join(f"{percent(found['weight'])} × {percent(found['score'])}" for found in objectives)
    title = f"Objectives reached: {percent(share)}" if share is not None else "Objectives are not known yet"
    how = f"{said} = {percent(share, 6)}" if share is not None else "Known at the end of the window."
    rows = [*_rows_of(facts, line, "objectives"), *_plan_rows(facts, line)]
    return Node("attainment", title, how=how, children=[*children, *rows])


def _plan_rows(facts: Facts, line: Row) -> list[Node]:
    return _rows_of(facts, line, "plan_assignments")


def _rows_of(facts: Facts, line: Row, entity: str) -> list[Node]:
    return planning_rows(facts, line, entity)


def planning_rows(facts: Facts, line: Row, *entities: str) -> list[Node]:
    """The delivered planning rows behind a line, of some entities (none given: of all that are no sales events)."""
    return [
        Node("planning_row", f"{row['entity']}: {row['record_key']}", children=[raw_row(facts, row, row["entity"])])
        for row in facts.lineage.get((line["payout_line_id"],), [])
        if row["entity"] and row["entity"] != "sales_events" and (not entities or row["entity"] in entities)
    ]
