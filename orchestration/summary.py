"""What the command line says of a workspace: read from the publication, never from the warehouse."""

from __future__ import annotations

import json
from typing import Any

import duckdb
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from orchestration import builds
from orchestration.publish.store import open_publication
from orchestration.run import Outcome
from orchestration.workspace import Workspace

# Each figure: its label, and a query whose rows are shown joined by commas.
FIGURES = {
    "Sales events": """
        select format('{:,} transactions, {:,} of them credited', count(*),
            count(*) filter (where transaction_id in (select transaction_id from marts.fct_credits)))
        from marts.fct_transactions""",
    "Pay of the latest month": """
        select format('{:t,.2f} {}', sum(payroll_amount), payroll_currency) from marts.fct_payouts
        where pay_period_id = (select max(period_id) from marts.dim_periods where status <> 'future')
        group by payroll_currency order by sum(payroll_amount) desc""",
    "People paid in it": """
        select format('{:,}', count(distinct worker_id)) from marts.fct_payouts
        where pay_period_id = (select max(period_id) from marts.dim_periods where status <> 'future')""",
    "Attainment, middle payee": """
        select format('{:.1f} % of quota to date; {:.0f} % of payees at or above quota',
            100 * median(attainment_to_date),
            100 * avg(case when attainment_to_date >= 1 then 1 else 0 end))
        from marts.fct_attainment where attainment_to_date is not null
        and period_id = (select max(period_id) from marts.dim_periods where status <> 'future')""",
    "Pay per credited 100": """
        with paid as (
            select currency, sum(amount) as amount from marts.fct_payouts where line_type = 'earning' group by currency
        ), credited as (
            select currency, sum(credit_amount) as amount from marts.fct_credits
            where currency is not null and credit_source in ('owner', 'split') group by currency
        )
        select format('{:.2f} {}', 100 * paid.amount / credited.amount, currency)
        from paid inner join credited using (currency) order by credited.amount desc""",
}


def of_run(workspace: Workspace, outcome: Outcome) -> RenderableType:
    """What was built, five figures, the exceptions by kind, and where to look next."""
    with open_publication(workspace) as connection:
        figures = Table(title="Figures", title_justify="left", show_header=False)
        for label, query in FIGURES.items():
            figures.add_row(label, ", ".join(str(row[0]) for row in connection.execute(query).fetchall()))
        kinds = _kinds(connection)
        facts = _publication(connection)
    seconds = outcome.start_up + sum(step.seconds for step in outcome.steps)
    built = Text(
        f"\nPublished build {facts['build_id']} in {seconds:.0f} s, of which {outcome.start_up:.0f} s start-up: "
        f"{facts['tables']} tables, {facts['rows']:,} rows, {facts['checks']:,} checks passed.\n"
    )
    return Group(built, figures, exceptions_by_kind(kinds), _next(workspace))


def _publication(connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    cursor = connection.execute("select * from publication")
    names = [column[0] for column in cursor.description or []]
    row = cursor.fetchone()
    return dict(zip(names, row or (), strict=True))


def _kinds(connection: duckdb.DuckDBPyConnection) -> list[tuple[Any, ...]]:
    return connection.execute("""
        select severity, kind, count(*), min(remedy) from reporting.rpt_exceptions group by severity, kind
        order by case severity when 'error' then 1 when 'warn' then 2 else 3 end, count(*) desc, kind
    """).fetchall()


def exceptions_by_kind(kinds: list[tuple[Any, ...]]) -> Table:
    """One line a kind of exception, worst first, with what to do."""
    table = Table(title="Exceptions", title_justify="left")
    for heading in ("severity", "kind", "rows", "what to do"):
        table.add_column(heading, justify="right" if heading == "rows" else "left")
    for severity, kind, count, remedy in kinds:
        table.add_row(severity, kind, f"{count:,}", remedy)
    return table


def _next(workspace: Workspace) -> Text:
    return Text(
        "\n".join(
            [
                "",
                f"Tables for BI:     {workspace.published}/current/quotaline.duckdb (schemas marts, reporting)",
                "Exceptions, a row: quotaline exceptions --kind KIND",
                "Dagster:           quotaline ui, then http://127.0.0.1:3000",
                "Every column:      quotaline docs",
            ]
        )
    )


def gate_failures(workspace: Workspace, run_id: str) -> RenderableType:
    """Which checks of a run failed, on which rows (their keys, never their amounts)."""
    table = Table(title="Checks that failed", title_justify="left")
    for heading in ("layer", "table", "check", "rows", "which"):
        table.add_column(heading, justify="right" if heading == "rows" else "left")
    for check in builds.failed_checks(workspace, run_id):
        which = "; ".join(json.dumps(row, default=str) for row in check.failing_rows[:5])
        table.add_row(check.layer, check.table, check.name, f"{check.unexpected_count:,}", which)
    return table


def status(workspace: Workspace) -> dict[str, Any]:
    """Facts on the publication and the last failure, if it came later."""
    with open_publication(workspace) as connection:
        facts = _publication(connection)
    failure = workspace.state / "last_failure.json"
    if failure.is_file():
        facts["last_failure"] = json.loads(failure.read_text())
    return {"workspace": workspace.settings.name, **facts}


def status_table(facts: dict[str, Any]) -> Table:
    """The facts as two columns."""
    table = Table(show_header=False)
    for name, value in facts.items():
        table.add_row(name.replace("_", " "), str(value))
    return table


def exceptions(workspace: Workspace, kind: str | None, limit: int) -> list[dict[str, Any]]:
    """Rows of rpt_exceptions, of one kind or a few of all, worst first."""
    with open_publication(workspace) as connection:
        cursor = connection.execute(
            """
            select * from reporting.rpt_exceptions where $1 is null or kind = $1
            order by case severity when 'error' then 1 when 'warn' then 2 else 3 end, kind, entity, record_key limit $2
            """,
            [kind, limit],
        )
        names = [column[0] for column in cursor.description or []]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def exceptions_table(rows: list[dict[str, Any]]) -> Table:
    """One line an exception: where, what, why, and what to do."""
    table = Table(title="Exceptions", title_justify="left")
    for heading in ("severity", "kind", "entity", "key", "where", "reason", "what to do"):
        table.add_column(heading)
    for row in rows:
        where = f"{row['file']}, row {row['row_number']}" if row["file"] else row["period_id"] or ""
        table.add_row(
            row["severity"], row["kind"], row["entity"], row["record_key"], where, row["reason"], row["remedy"]
        )
    return table
