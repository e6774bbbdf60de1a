"""A payout line as a tree, down to the delivered rows; or all lines of a worker's pay period."""

from __future__ import annotations

import duckdb

from orchestration.lineage import find
from orchestration.lineage.credits import raw_row
from orchestration.lineage.earning import earning
from orchestration.lineage.facts import Facts, Row
from orchestration.lineage.node import Node, total
from orchestration.lineage.standing import planning_rows
from orchestration.lineage.withheld import adjustment, hold, release
from orchestration.lineage.words import LINE_TITLES, number, percent, plain, signed
from orchestration.publish.store import rows

SETTLED = "As settled in the ledger, unchanged; below it what is calculated today."


def trace(
    connection: duckdb.DuckDBPyConnection,
    line_id: str | None = None,
    worker: str | None = None,
    period: str | None = None,
) -> Node:
    """The trace of one payout line, or of a worker's pay period, each level proved to add up.

    Raises UserError where there is no such line, worker or month, TraceError where the publication contradicts itself.
    """
    lines = find.lines_of(connection, line_id, worker, period)
    facts = Facts(connection, lines)
    root = payout_line(facts, lines[0]) if line_id else statement(facts, lines)
    return root.check()


def statement(facts: Facts, lines: list[Row]) -> Node:
    """All lines of a worker's pay period, in payroll currency."""
    worker = facts.names.get(lines[0]["worker_id"], lines[0]["worker_id"])
    paid = [line for line in lines if line["payroll_amount"] is not None]
    currencies = sorted({line["payroll_currency"] for line in paid})
    root = Node("statement", f"{worker} ({lines[0]['worker_id']}), paid in {lines[0]['pay_period_id']}")
    for currency in currencies:
        nodes = [_in_payroll(facts, line) for line in paid if line["payroll_currency"] == currency]
        node = Node("payroll", f"Payroll in {currency}", total(nodes), currency, children=nodes)
        root.children.append(node)
    root.children += [payout_line(facts, line) for line in lines if line["payroll_amount"] is None]
    return root


def _in_payroll(facts: Facts, line: Row) -> Node:
    """The line itself where it is paid in its own currency, else around it what it comes to."""
    node = payout_line(facts, line)
    if line["currency"] == line["payroll_currency"]:
        return node
    node.counts = False
    return Node(
        "payroll_line",
        node.title,
        line["payroll_amount"],
        line["payroll_currency"],
        how=_payroll(facts, line),
        children=[node],
    )


def _payroll(facts: Facts, line: Row) -> str:
    if line["payroll_amount"] is None:
        return "not payable: the exchange rate is missing"
    if line["currency"] == line["payroll_currency"]:
        return number(line["payroll_amount"], line["payroll_currency"])
    rate = facts.rates.get((line["pay_period_id"], line["currency"], line["payroll_currency"]))
    shown = signed(plain(rate)) if rate is not None else "?"
    at = "the ledger's rate" if line["is_settled"] else f"{shown} (rate of {line['pay_period_id']})"
    paid = number(line["payroll_amount"], line["payroll_currency"])
    return f"{number(line['amount'], line['currency'])} × {at} = {paid}"


def payout_line(facts: Facts, line: Row) -> Node:
    """One payout line with all that it is made from."""
    component = facts.components.get(line["component_id"] or "", {})
    name = f": {component['component_name']}" if component else ""
    node = Node(
        "payout_line",
        f"{LINE_TITLES[line['line_type']]} {line['earned_period_id']}{name}",
        line["amount"],
        line["currency"],
        facts=[
            ("payout line", line["payout_line_id"]),
            ("worker", f"{facts.names.get(line['worker_id'], line['worker_id'])} ({line['worker_id']})"),
            ("paid in", line["pay_period_id"]),
            ("payroll", _payroll(facts, line)),
            ("settled", "yes, in the ledger" if line["is_settled"] else "no, calculated today"),
        ],
    )
    _explain(facts, line, node)
    if line["is_settled"]:
        node.how = node.how or SETTLED
        _differs(facts, line, node)
        node.children.append(_ledger_row(facts, line))
    if not node.children:
        node.how = node.how or "Nothing published leads further."
    if line["is_settled"] and node.adds_up is False:  # settled with other figures than today's
        for part in node.parts:
            part.counts = False
    return node


def _ledger_row(facts: Facts, line: Row) -> Node:
    row = {"source_system": "ledger", **{name: line[name] for name in ("raw_load_id", "raw_file", "raw_row_number")}}
    return Node("ledger_row", "The settled line in the ledger", children=[raw_row(facts, row, "settled_payouts")])


def _differs(facts: Facts, line: Row, node: Node) -> None:
    """Of a settled line that comes to something else today: by how much, and which adjustments made up for it."""
    if line["line_type"] not in ("earning", "hold"):
        return
    today = total(child for child in node.children if child.kind == line["line_type"])
    difference = today - line["amount"]
    if not difference:
        return
    lines = [
        other
        for other in facts.all_lines
        if other["line_type"] == "adjustment"
        and all(other[name] == line[name] for name in ("worker_id", "component_id", "earned_period_id", "currency"))
    ]
    adjusted = [
        Node(
            "adjustment_line",
            f"Adjustment paid in {other['pay_period_id']}",
            other["amount"],
            other["currency"],
            counts=False,
            facts=[
                ("payout line", other["payout_line_id"]),
                ("settled", "yes, in the ledger" if other["is_settled"] else "no, calculated today"),
            ],
        )
        for other in lines
    ]
    currency = line["currency"]
    said = (
        f"As settled in the ledger {number(line['amount'], currency)}, unchanged; "
        f"{number(today, currency)} as calculated today; difference {number(difference, currency)}, "
    )
    paid = total(adjusted)
    if not adjusted:
        said += "made up for by no adjustment line"
    elif paid == difference:
        said += "made up for by the adjustments below"
    else:
        said += f"adjustments below {number(paid, currency)}, which make up for what was earned and held together"
    node.how = f"{said}."
    node.children = adjusted + node.children


def _explain(facts: Facts, line: Row, node: Node) -> None:
    """Adds what the line is made from, by its type."""
    kind = line["line_type"]
    if kind == "earning":
        node.children = [found for found in [earning(facts, line)] if found]
    elif kind == "hold":
        node.children = hold(facts, line)
        node.how = "The sum of what is held of its deals, negative."
    elif kind == "release":
        node.children = release(facts, line)
        node.how = "The sum of what is released of its deals."
    elif kind == "adjustment":
        node.children = adjustment(facts, line)
        node.how = "What the month earned and holds as calculated today, less what settled lines paid of it."
    elif kind == "manual":
        node.how = facts.reasons.get(line["payout_line_id"], "Adjusted by hand.")
        node.facts.append(("adjustment", line["adjustment_id"] or "several, or settled"))
        node.children = planning_rows(facts, line)
    else:
        _draw(facts, line, node)
        node.children += planning_rows(facts, line, "draws")


def _draw(facts: Facts, line: Row, node: Node) -> None:
    """A draw by what is owed after and before; a guarantee by what is missing to it."""
    draw_type = "nonrecoverable" if line["line_type"] == "guarantee" else "recoverable"
    row = facts.draws.get((line["worker_id"], draw_type, line["pay_period_id"], line["currency"]))
    if row is None or line["is_settled"]:
        node.how = SETTLED
        return
    currency = row["currency"]
    drawn = Node(
        "draw_terms",
        "The draw of the month, by the days on which it holds",
        row["drawn_amount"],
        currency,
        facts=[("days", str(row["draw_days"])), ("recovery share", percent(row["recovery_share"]))],
    )
    earned = Node("draw_earned", "Earned against it in this statement", -row["earned_amount"], currency)
    earned.children, earned.how = (
        _earned_lines(facts, line, currency),
        "Its lines below, converted to the draw's currency.",
    )
    if draw_type == "nonrecoverable":
        node.how = (
            f"{number(row['drawn_amount'], currency)} guaranteed − {number(row['earned_amount'], currency)} earned"
        )
        node.children = [drawn, earned]
        return
    drawn.counts = earned.counts = False
    after = Node("balance", "Owed on the draw after the month", row["balance_amount"], currency)
    moved = number(row["change_amount"], currency)
    after.how = f"{number(row['balance_before'], currency)} before, {moved} in the month, at least 0"
    before = Node("balance", "Owed on the draw before the month", -row["balance_before"], currency)
    node.how = "What is owed rises by what is paid here, and falls by what is taken back."
    node.children = [after, before, drawn, earned]


def _earned_lines(facts: Facts, line: Row, currency: str) -> list[Node]:
    """The lines of the statement that a draw is set against, with the sign turned."""
    lines = [
        other
        for other in facts.all_lines
        if other["worker_id"] == line["worker_id"]
        and other["pay_period_id"] == line["pay_period_id"]
        and other["line_type"] in ("earning", "adjustment", "hold", "release")
    ]
    same = {other["currency"] for other in lines} <= {currency}
    return [
        Node(
            "payout_line",
            f"{LINE_TITLES[other['line_type']]} {other['earned_period_id']}: "
            f"{facts.components[other['component_id']]['component_name']}",
            -other["amount"],
            other["currency"],
            counts=same,
            facts=[("payout line", other["payout_line_id"])],
        )
        for other in lines
    ]


def all_lines(connection: duckdb.DuckDBPyConnection) -> list[Node]:
    """The traces of every payout line that is published, each proved; for tests and for an auditor's full check."""
    lines = rows(connection, "select * from marts.fct_payouts order by payout_line_id")
    facts = Facts(connection, lines)
    return [payout_line(facts, line).check() for line in lines]
