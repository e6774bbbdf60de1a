"""From a credit down: rule, share and route, the sales event, and the row of the file that delivered it."""

from __future__ import annotations

from decimal import Decimal

from orchestration.lineage.facts import Facts, Row
from orchestration.lineage.node import Node
from orchestration.lineage.words import CREDIT_SOURCES, number, percent, plain, round_half_up, signed


def raw_row(facts: Facts, row: Row, entity: str) -> Node:
    """The delivered row: source, load, file with its SHA-256, row number."""
    sha256 = row.get("raw_file_sha256") or facts.files.get((row["source_system"], row["raw_load_id"], row["raw_file"]))
    return Node(
        "raw_row",
        f"{row['raw_file']}, row {row['raw_row_number']}",
        facts=[
            ("entity", entity),
            ("source", row["source_system"]),
            ("load", str(row["raw_load_id"])),
            ("file", str(row["raw_file"])),
            ("SHA-256", str(sha256)),
            ("row", str(row["raw_row_number"])),
        ],
    )


def transaction(facts: Facts, transaction_id: str, title: str = "") -> Node:
    """A sales event with its delivered row."""
    event = facts.transactions[transaction_id]
    return event_node(facts, event, title)


def event_node(facts: Facts, event: Row, title: str = "") -> Node:
    """A sales event given as a row; its amount is its own, in its own currency."""
    told = [
        ("transaction", event["transaction_id"]),
        ("date", str(event["event_date"])),
        ("customer", event["account_name"] or event["account_id"]),
        ("product", event["product_name"] or event["product_id"]),
        ("family", event["product_family"]),
        ("kind of deal", event["opportunity_type"]),
        ("opportunity", event["opportunity_id"]),
        ("quantity", plain(event["quantity"]) if event["quantity"] is not None else None),
        ("cost", number(event["cost_amount"], event["currency"]) if event["cost_amount"] is not None else None),
        ("reverses", event["reversed_transaction_id"]),
    ]
    return Node(
        "transaction",
        title or f"{event['event_type']} of {event['event_date']}, {event['account_name'] or 'no customer'}",
        event["amount"],
        event["currency"] or "",
        counts=False,
        how="As delivered.",
        facts=[(label, str(value)) for label, value in told if value is not None],
        children=[raw_row(facts, event, "sales_events")],
    )


def credit(facts: Facts, credit_id: str, converted: Decimal, unit: str) -> Node:
    """A credit in the plan's currency: who is credited by which rule, from which event."""
    row = facts.credits[credit_id]
    event = facts.transactions[row["transaction_id"]]
    children = [transaction(facts, row["transaction_id"])]
    if row["origin_transaction_id"] != row["transaction_id"]:
        children.append(transaction(facts, row["origin_transaction_id"], "the event that it reverses"))
    return Node(
        "credit",
        f"{event['event_date']} {event['account_name'] or 'no customer'} ({row['transaction_id']})",
        converted,
        unit,
        how=_how(facts, row, event, converted, unit),
        facts=[("credit", credit_id), *_route(facts, row)],
        children=children,
    )


def _how(facts: Facts, row: Row, event: Row, converted: Decimal, unit: str) -> str:
    """`12,000.00 EUR × 50 % = 6,000.00 EUR; × 1.08 (rate of FY2026-M02) = 6,480.00 USD`."""
    own = number(row["credit_amount"], row["currency"] or "")
    age = f" × {percent(row['reversal_share'])} (by age)" if row["reversal_share"] != 1 else ""
    value = number(event["amount"], event["currency"]) if row["currency"] else "the event's quantity or count"
    if (
        row["currency"]
        and round_half_up(event["amount"] * row["credit_share"] * row["reversal_share"]) != row["credit_amount"]
    ):
        value = "the value measured"  # a margin, or a part that took the rest of a cent
    said = f"{value} × {percent(row['credit_share'], 7)}{age} = {own}"
    if unit and row["currency"] and row["currency"] != unit:
        rate = facts.rates.get((row["origin_period_id"], row["currency"], unit))
        shown = signed(plain(rate)) if rate is not None else "?"
        said += f"; × {shown} (rate of {row['origin_period_id']}) = {number(converted, unit)}"
    return said


def _route(facts: Facts, row: Row) -> list[tuple[str, str]]:
    """How the rule found the worker: source, territory and the rule that aligned it, the way up the managers."""
    rule = facts.credit_rules.get(row["credit_rule_id"], {})
    source = CREDIT_SOURCES.get(row["credit_source"]) or str(row["credit_source"])
    told: list[tuple[str, str]] = [
        ("rule", f"{row['credit_rule_id']} (priority {rule.get('priority', '?')})"),
        ("found as", source),
        ("share", percent(row["credit_share"], 7)),
        ("counts on", f"{row['credit_date']}, {row['period_id']}"),
    ]
    if row["territory_id"]:
        territory = facts.territories.get(row["territory_id"], {})
        account = facts.transactions[row["origin_transaction_id"]]["account_id"]
        rules = facts.alignments.get((account, row["territory_id"]), [])
        by = ", ".join(sorted({f"{found['territory_rule_id']} (priority {found['priority']})" for found in rules}))
        name = territory.get("territory_name") or row["territory_id"]
        told.append(("territory", f"{name} ({row['territory_id']}){f', aligned by {by}' if by else ''}"))
    if row["via_worker_id"]:
        told.append(("route", _way_up(facts, row)))
    return told


def _way_up(facts: Facts, row: Row) -> str:
    """`Ann (owner of the deal) → Bob → Max`: from the seller up to the manager, by the larger part at each step."""
    fellows = facts.fellow_credits.get((row["transaction_id"], row["measure_id"]), {})
    steps = [row["worker_id"]]
    via: str | None = row["via_worker_id"]
    while via and via not in steps:
        steps.append(via)
        via = (fellows.get(via) or {}).get("via_worker_id")
    named = [facts.names.get(worker, worker) for worker in reversed(steps)]
    seller = fellows.get(steps[-1])
    if seller and seller["credit_source"] != "manager":
        named[0] += f" ({CREDIT_SOURCES[seller['credit_source']]}, {percent(seller['credit_share'], 7)})"
    direct = [worker for worker, found in fellows.items() if found["credit_source"] != "manager"]
    more = len(direct) - (1 if seller and seller["worker_id"] in direct else 0)
    others = f"; {more} more credited on the deal" if more > 0 else ""
    return " → ".join(named) + others
