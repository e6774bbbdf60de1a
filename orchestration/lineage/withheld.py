"""What is held back of an earning, what invoices, payments or dates release of it, and what a closed month is owed."""

from __future__ import annotations

from decimal import Decimal

from orchestration.lineage.credits import event_node, transaction
from orchestration.lineage.earning import earning
from orchestration.lineage.facts import Facts, Row
from orchestration.lineage.node import Node, total
from orchestration.lineage.words import LINE_TYPES, cause_text, number, percent

SETTLED_TYPES = ("earning", "hold", "adjustment")


def hold(facts: Facts, line: Row) -> list[Node]:
    """The deals whose earning is held, each with its part; then what the month earned."""
    found = [_hold(facts, row) for row in facts.held.get(_key(line), [])]
    return [*_as_settled(line, found), *_earned(facts, line)]


def _as_settled(line: Row, nodes: list[Node]) -> list[Node]:
    """The parts of a settled line only explain it where it was settled with other figures than today's."""
    if line["is_settled"] and total([node for node in nodes if node.counts]) != line["amount"]:
        for node in nodes:
            node.counts = False
    return nodes


def _hold(facts: Facts, row: Row) -> Node:
    now = row["earned_amount"] - row["held_amount"]
    children = [transaction(facts, row["transaction_id"])] if row["transaction_id"] else []
    return Node(
        "hold",
        _deal_title(facts, row),
        -row["held_amount"],
        row["currency"],
        how=(
            f"{number(row['earned_amount'], row['currency'])} earned, of which "
            f"{percent(row['release_share_at_booking'])} = {number(now, row['currency'])} is paid at once"
        ),
        facts=[
            ("waits for", row["release_event"]),
            ("released by now", number(row["released_amount"], row["currency"])),
            ("still held", number(row["still_held_amount"], row["currency"])),
        ],
        children=children,
    )


def _deal_title(facts: Facts, row: Row) -> str:
    if row["transaction_id"] is None:
        return f"All of {row['earned_period_id']}"
    event = facts.transactions[row["transaction_id"]]
    return f"{event['event_date']} {event['account_name'] or 'no customer'} ({row['transaction_id']})"


def release(facts: Facts, line: Row) -> list[Node]:
    """What the pay month releases of each deal held, with its invoices or payments, less what was settled."""
    held = {row["credit_id"]: row for row in facts.held.get(_key(line), [])}
    moved = [row for row in facts.releases.get(_key(line), []) if row["release_period_id"] == line["pay_period_id"]]
    found = [_release(facts, line, held[row["credit_id"]], row) for row in moved if row["released_amount"] != 0]
    if not line["is_settled"]:
        found += [
            _settled(other, f"Released before in {other['pay_period_id']}, as settled")
            for other in _others(facts, line, ("release",))
            if other["is_settled"] and _is_first_open(facts, line)
        ]
    return [*_as_settled(line, found), *_earned(facts, line)]


def _is_first_open(facts: Facts, line: Row) -> bool:
    """Settled releases are set against the first open month."""
    opened = [period["period_id"] for period in facts.periods.values() if period["status"] == "open"]
    return bool(opened) and min(opened) == line["pay_period_id"]


def _release(facts: Facts, line: Row, held: Row, row: Row) -> Node:
    currency = row["currency"]
    before = row["released_to_date"] - row["released_amount"]
    less = f", less {number(before, currency)} released before" if before else ""
    children: list[Node] = []
    if row["booked_amount"] is None:
        share = _schedule_share(facts, line)
        whole = number(held["held_amount"], currency)
        said = f"{whole} held × {percent(share)} of the schedule by {line['pay_period_id']}"
    else:
        event = facts.transactions[held["origin_transaction_id"]]
        said = (
            f"{number(held['held_amount'], currency)} held × {number(row['paid_amount'], event['currency'])} "
            f"{'invoiced' if held['release_event'] == 'invoice' else 'paid'} ÷ "
            f"{number(row['booked_amount'], event['currency'])} booked, cut to 0 … 1"
        )
        if row["booked_amount"] <= 0:
            said = (
                f"{number(held['held_amount'], currency)} held; nothing of the booking is left, so all of it is settled"
            )
        children = [_cash(facts, held, row, line["pay_period_id"])]
        children.append(transaction(facts, held["origin_transaction_id"], "the booking"))
    said += f" = {number(row['released_to_date'], currency)}{less}"
    return Node(
        "release",
        _deal_title(facts, held),
        row["released_amount"],
        currency,
        how=said,
        facts=[
            ("earned", number(held["earned_amount"], currency)),
            ("paid at once", percent(held["release_share_at_booking"])),
            ("held", number(held["held_amount"], currency)),
        ],
        children=children,
    )


def _cash(facts: Facts, held: Row, row: Row, until: str) -> Node:
    """The invoices or payments that released it, with their cancellations."""
    events = [event_node(facts, event) for event in facts.cash_of(held, until)]
    for node in events:
        node.counts = True
    done = "Invoiced" if held["release_event"] == "invoice" else "Paid"
    unit = facts.transactions[held["origin_transaction_id"]]["currency"] or ""
    how = "" if events else "Nothing yet."
    return Node("cash", f"{done} up to {until}", row["paid_amount"], unit, counts=False, how=how, children=events)


def _schedule_share(facts: Facts, line: Row) -> Decimal:
    """Shares of the schedule whose months have passed by the pay month."""
    passed = (
        facts.periods[line["pay_period_id"]]["month_index"] - facts.periods[line["earned_period_id"]]["month_index"]
    )
    rows = facts.schedules.get((line["component_id"],), [])
    return sum((row["share"] for row in rows if row["after_months"] <= passed), Decimal(0))


def adjustment(facts: Facts, line: Row) -> list[Node]:
    """What the month earned and holds as calculated today, less all that settled lines paid of it."""
    held = [_hold(facts, row) for row in facts.held.get(_key(line), [])]
    settled = [
        _settled(other, f"Paid in {other['pay_period_id']} as {LINE_TYPES[other['line_type']].lower()}, settled")
        for other in _others(facts, line, SETTLED_TYPES)
        if other["is_settled"] and other["payout_line_id"] != line["payout_line_id"]
    ]
    causes = [_cause(row) for row in facts.causes.get(line["payout_line_id"], [])]
    return [*_as_settled(line, [*_earned(facts, line, counts=True), *held, *settled]), *causes]


def _cause(row: Row) -> Node:
    values = [("when it was closed", row["old_value"] or "nothing"), ("now", row["new_value"] or "nothing")]
    return Node("cause", cause_text(row), facts=values)


def _settled(other: Row, title: str) -> Node:
    return Node(
        "settled_line", title, -other["amount"], other["currency"], facts=[("payout line", other["payout_line_id"])]
    )


def _others(facts: Facts, line: Row, types: tuple[str, ...]) -> list[Row]:
    """Lines of the same earned month, by type."""
    return [
        other
        for other in facts.all_lines
        if _key(other) == _key(line) and other["line_type"] in types and other["currency"] == line["currency"]
    ]


def _earned(facts: Facts, line: Row, counts: bool = False) -> list[Node]:
    node = earning(facts, line, counts=counts)
    return [node] if node else []


def _key(line: Row) -> tuple[str, str, str]:
    return line["worker_id"], line["component_id"], line["earned_period_id"]
