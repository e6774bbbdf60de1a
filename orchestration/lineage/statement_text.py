"""The statement for a terminal."""

from __future__ import annotations

from datetime import timedelta

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.table import Column, Table
from rich.text import Text

from orchestration.lineage.show import build_text
from orchestration.lineage.statement import (
    Statement,
    deal_notes,
    deal_rate_text,
    next_text,
    part_text,
    quota_text,
    standing_text,
    state_text,
    tier_text,
)
from orchestration.lineage.words import LINE_TYPES, number, percent, unit_of

MOST_DEALS = 20
"""Deals that a terminal lists of a component; the page lists all."""


def as_text(statement: Statement) -> RenderableType:
    """All of the statement but the single unpaid deals."""
    worker, period = statement.worker, statement.period
    head = Text(f"\n{worker['worker_name'] or worker['worker_id']} ({worker['worker_id']})", style="bold")
    head.append(
        f"\nStatement for {period['period_id']}, {period['starts_on']} to {period['ends_on'] - timedelta(days=1)}\n",
        style="not bold",
    )
    totals = Text(
        "Paid: " + ", ".join(number(amount, currency) for currency, amount in statement.totals.items()), style="bold"
    )
    parts: list[RenderableType] = [head, totals, Text()]
    if statement.lines:
        parts.append(_lines(statement))
    if statement.components:
        parts.append(_components(statement))
    for component, deals in statement.deals:
        parts.append(_deals(component, deals))
        parts += [Text(note, style="dim") for note in deal_notes(component)]
    if statement.draws:
        parts.append(_draws(statement))
    if statement.unpaid:
        parts.append(_unpaid(statement))
    parts.append(Text(f"\n{build_text(statement.publication)}", style="dim"))
    if statement.ledger:
        parts.append(
            Text(f"Ledger: {statement.ledger.row_count:,} rows, head {statement.ledger.head_hash}", style="dim")
        )
    return Group(*parts)


TEXTS = {"for", "why", "component", "next", "customer"}
"""Columns of words; all others are figures, dates and codes, which are to be read whole."""

READABLE = 16
"""Width that a column of words keeps before figures get their unit on the same line."""


class _Fitted(Table):
    """A table that in a narrow terminal wraps words first, then between figures and their units; nothing is cut off."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        room = options.max_width - 3 * len(self.columns) - 1  # a rule and two blanks a column
        figures = []
        for column in self.columns:
            if column.header in TEXTS:
                room -= max(_longest_word(column), min(_longest_line(column), READABLE))
            else:
                figures.append(column)
                column.width = _longest_word(column)
                room -= column.width
        for column in sorted(figures, key=lambda column: _longest_line(column) - _longest_word(column)):
            missing = _longest_line(column) - _longest_word(column)
            if missing <= room:
                column.width = _longest_line(column)
                room -= missing
        yield from super().__rich_console__(console, options)


def _texts(column: Column) -> list[str]:
    return [str(column.header), *(str(cell) for cell in column.cells)]


def _longest_line(column: Column) -> int:
    return max(cell_len(line) for text in _texts(column) for line in text.split("\n"))


def _longest_word(column: Column) -> int:
    return max(cell_len(word) for text in _texts(column) for word in text.split() or [""])


def _table(title: str, *headings: str, numbers: tuple[str, ...] = ()) -> Table:
    table = _Fitted(title=title, title_justify="left", title_style="bold")
    for heading in headings:
        table.add_column(heading, justify="right" if heading in numbers else "left", overflow="fold")
    return table


def _lines(statement: Statement) -> Table:
    table = _table("Lines", "for", "earned in", "why", "amount", "payroll", numbers=("amount", "payroll"))
    for line in statement.lines:
        table.add_row(
            Text(line["component_name"] or LINE_TYPES[line["line_type"]]),
            line["earned_period_id"],
            Text(line["line_reason"]),
            number(line["amount"], line["currency"]),
            number(line["payroll_amount"], line["payroll_currency"]),
        )
    return table


def _components(statement: Statement) -> Table:
    standing = standing_text(statement.period)
    table = _table(
        f"Where you stand ({standing})" if standing else "Where you stand",
        "component",
        "window",
        "attainment",
        "of quota",
        "earned",
        "next",
        numbers=("attainment", "earned"),
    )
    for row in statement.components:
        said = " ".join(filter(None, [state_text(row, statement.period["period_id"]), next_text(row)]))
        table.add_row(
            Text(row["component_name"]),
            row["window_id"],
            percent(row["attainment_share"]),
            quota_text(row),
            number(row["earned_to_date"], row["currency"]),
            Text(said),
        )
    return table


def _deals(component: dict[str, object], deals: list[dict[str, object]]) -> Table:
    title = f"Deals paid: {component['component_name']}"
    table = _table(
        title,
        "date",
        "customer",
        "credit",
        "tier from",
        "rate",
        "amount",
        numbers=("credit", "tier from", "rate", "amount"),
    )
    for part in deals[:MOST_DEALS]:
        currency = str(part["currency"])
        table.add_row(
            str(part["event_date"] or ""),
            Text(part_text(part)),
            number(part["credited_amount"], unit_of(part, currency)) if part["transaction_id"] else "",  # type: ignore[arg-type]
            tier_text(part),
            deal_rate_text(part) if part["transaction_id"] else "",
            number(part["amount"], currency),  # type: ignore[arg-type]
        )
    if len(deals) > MOST_DEALS:
        table.add_row("", f"and {len(deals) - MOST_DEALS} more: --html lists all", "", "", "", "")
    table.add_section()
    table.add_row("", "together", "", "", "", number(component["total"], str(component["currency"])))  # type: ignore[arg-type]
    return table


def _draws(statement: Statement) -> Table:
    table = _table(
        "Draws",
        "kind",
        "draw",
        "earned",
        "owed before",
        "owed after",
        numbers=("draw", "earned", "owed before", "owed after"),
    )
    for row in statement.draws:
        table.add_row(
            row["draw_type"],
            *(
                number(row[name], row["currency"])
                for name in ("drawn_amount", "earned_amount", "balance_before", "balance_amount")
            ),
        )
    return table


def _unpaid(statement: Statement) -> Table:
    table = _table("Deals that pay nothing, or not yet", "why", "deals", "amount", numbers=("deals", "amount"))
    for unpaid in statement.unpaid:
        amounts = "\n".join(number(amount, currency) for currency, amount in unpaid.totals.items())
        table.add_row(unpaid.reason, f"{len(unpaid.deals):,}", amounts)
    return table
