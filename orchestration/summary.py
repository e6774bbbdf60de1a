"""What the command line says of a workspace: read from the publication, never from the warehouse."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict
from datetime import date
from typing import Any

import duckdb
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from orchestration import builds
from orchestration.builds import CheckResult
from orchestration.ledger.store import last_close
from orchestration.problems import UserError
from orchestration.publish.store import open_publication, rows
from orchestration.quality import data_docs
from orchestration.quality.severity import expired
from orchestration.run import Outcome
from orchestration.workspace import Workspace

SHOWN_ROWS = 5
LATEST = "(select max(period_id) from marts.dim_periods where status <> 'future')"

# Each figure: its label, and a query whose rows are shown joined by commas.
FIGURES = {
    "Sales events": """
        select format('{:,} transactions, {:,} of them credited', count(*),
            count(*) filter (where transaction_id in (select transaction_id from marts.fct_credits)))
        from marts.fct_transactions""",
    "Payroll of the latest month": f"""
        select format('{{:,.2f}} {{}}', sum(payroll_amount), payroll_currency) from marts.fct_payouts
        where pay_period_id = {LATEST} and payroll_amount is not null
        group by payroll_currency order by sum(payroll_amount) desc""",
    "People paid in it": f"""
        select format('{{:,}}', count(distinct worker_id)) from marts.fct_payouts where pay_period_id = {LATEST}""",
    "Attainment to date, middle": f"""
        select format('{{:.1f}} % of the quota to date; {{:.0f}} % at or above it',
            100 * median(attainment_to_date),
            100 * avg(case when attainment_to_date >= 1 then 1 else 0 end))
        from marts.fct_attainment where attainment_to_date is not null and period_id = {LATEST}
        having count(*) > 0""",
}


def of_run(workspace: Workspace, outcome: Outcome) -> RenderableType:
    """What was built, a few figures, and the exceptions by kind."""
    with open_publication(workspace) as connection:
        figures = Table(title="Figures", title_justify="left", show_header=False)
        for label, query in FIGURES.items():
            found = ", ".join(str(row[0]) for row in connection.execute(query).fetchall())
            figures.add_row(label, found or "none yet")
        kinds = _kinds(connection)
        facts = _publication(connection)
    broken = builds.broken_checks(workspace, outcome.build_id)
    others = Counter(check.verdict for _, check in broken)
    built = Text(
        f"\nPublished build {facts['build_id']} in {outcome.seconds:.0f} s ({outcome.start_up:.0f} s of it start-up): "
        f"{facts['tables']} tables, {facts['rows']:,} rows, {facts['checks']:,} checks passed"
        f"{''.join(f', {count:,} {verdict}' for verdict, count in sorted(others.items(), reverse=True))}.\n"
    )
    let_through = [broken_checks(broken, "Checks that did not hold, and were let through")] if broken else []
    return Group(built, figures, *let_through, exceptions_by_kind(kinds))


def _publication(connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    return rows(connection, "select * from publication")[0]


WORST_FIRST = "case severity when 'error' then 1 when 'warn' then 2 else 3 end"


def _kinds(connection: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    return rows(
        connection,
        f"""
        select severity, kind, count(*) as rows, min(remedy) as remedy from reporting.rpt_exceptions
        group by severity, kind order by {WORST_FIRST}, rows desc, kind
        """,
    )


def exceptions_by_kind(kinds: list[dict[str, Any]]) -> RenderableType:
    """One line a kind of exception, worst first, with what to do."""
    if not kinds:
        return Text("No exceptions: everything was parsed, credited, priced and aligned.")
    table = Table(title="Exceptions", title_justify="left")
    for heading in ("severity", "kind", "rows", "what to do"):
        table.add_column(heading, justify="right" if heading == "rows" else "left")
    for kind in kinds:
        table.add_row(kind["severity"], kind["kind"], f"{kind['rows']:,}", kind["remedy"])
    return table


def next_steps(workspace: Workspace, outcome: Outcome) -> str:
    """Where to look after a run; at the pages of the raw gate only if one of its checks did not hold."""
    broken = {layer for layer, _ in builds.broken_checks(workspace, outcome.build_id)}
    layers: tuple[builds.Layer, ...] = ("raw", "marts") if "raw" in broken else ("marts",)
    return "\n".join(
        [
            "",
            f"Tables for BI:     {workspace.published}/current/quotaline.duckdb (schemas marts, reporting)",
            *(f"Check by check:    {data_docs.index_of(workspace, outcome.build_id, layer)}" for layer in layers),
            f"Exceptions, a row: quotaline exceptions --kind KIND{workspace.option}",
            f"Dagster:           quotaline ui{workspace.option}, then http://127.0.0.1:3000",
            f"Every column:      quotaline docs{workspace.option}",
        ]
    )


def gate_failures(workspace: Workspace, outcome: Outcome) -> RenderableType:
    """Which checks of a run failed, on which rows: their keys, and what was found in them."""
    failed = builds.failed_checks(workspace, outcome.build_id)
    if not failed:
        return Text(outcome.problem or "The gate refused the build.")
    ended = _ended_waivers(workspace)
    over = [said for name, said in ended.items() if name in {f"{one.table}.{one.name}" for _, one in failed}]
    notes = [Text(note, overflow="fold") for note in over]
    return Group(broken_checks(failed, "Checks that failed"), *notes)


def after_refusal(workspace: Workspace, outcome: Outcome) -> str:
    """What can be done about a refusal: the whole names of its checks, and where each is explained."""
    failed = builds.failed_checks(workspace, outcome.build_id)
    layers = dict.fromkeys(layer for layer, _ in failed if layer != "dbt")
    names = [f"{check.table}.{check.name}" for layer, check in failed if layer != "dbt"][:SHOWN_ROWS]
    return "\n".join(
        [
            "Correct what was delivered, or the rules, and run again.",
            *(f'To let it through in your name, a waiver (docs/gate.md): check = "{one}"' for one in names),
            *(f"Check by check: {data_docs.index_of(workspace, outcome.build_id, layer)}" for layer in layers),
        ]
    )


def broken_checks(broken: list[tuple[builds.Layer, CheckResult]], title: str) -> RenderableType:
    """Each check that did not hold, and its first rows; of a waived one, who answers for it."""
    table = Table(title=title, title_justify="left")
    for heading in ("layer", "table", "check", "verdict", "rows", "which"):
        table.add_column(heading, justify="right" if heading == "rows" else "left", overflow="fold")
    for layer, check in broken:
        values = check.failing_values or ({},) * len(check.failing_rows)
        pairs = list(zip(check.failing_rows, values, strict=True))[:SHOWN_ROWS]
        shown = [_row(keys, found) for keys, found in pairs]
        rest = check.unexpected_count - len(shown)
        which = [*shown, f"and {rest:,} more"] if shown and rest > 0 else shown
        if check.verdict == "waived" and check.waiver:
            which.append(f"{check.waiver.by} until {check.waiver.until}: {check.waiver.reason}")
        count = f"{check.unexpected_count:,}"
        table.add_row(layer, check.table, _short(check.name), check.verdict, count, "\n".join(which))
    return table


def _short(name: str) -> str:
    """Of dbt's `test.quotaline.not_null_fct_credits_period_id.2e90f17aca` the name; those of the suites are short."""
    return name.split(".")[2] if name.count(".") > 1 else name


def _ended_waivers(workspace: Workspace) -> dict[str, str]:
    """What is to be known of waivers that hold no longer, by check."""
    ended = expired(workspace.settings.quality, date.today())
    return {name: f"{name}: the waiver by {one.by} ended on {one.until}." for name, one in ended.items()}


def _row(keys: dict[str, Any], values: dict[str, Any]) -> str:
    """`event_id t1, sales_events.csv row 4: amount 12.00`: the keys of a row, where it came from, what was found."""
    own = [f"{name} {value}" for name, value in keys.items() if value is not None and name not in PLACES]
    own = own or [f"{name} empty" for name in keys if name not in PLACES]
    place = {PLACES[name]: value for name, value in keys.items() if name in PLACES and value is not None}
    if "file" in place:
        own.append(f"{place['file']} row {place['row']}" if "row" in place else str(place["file"]))
    found = ", ".join(f"{name} {'none' if value is None else value}" for name, value in values.items())
    return ": ".join(part for part in (", ".join(own), found) if part)


PLACES = {"_file": "file", "_row_number": "row", "raw_file": "file", "raw_row_number": "row"}


def of_run_as_facts(workspace: Workspace, outcome: Outcome) -> dict[str, Any]:
    """The run for machines: outcome, steps, failed checks."""
    broken = builds.broken_checks(workspace, outcome.build_id)
    # What machines are told ends in logs: keys, no values.
    said = [
        {"layer": layer, "verdict": check.verdict, **check.model_dump(exclude={"failing_values"})}
        for layer, check in broken
    ]
    return {
        **asdict(outcome),
        "exit_code": outcome.exit_code,
        "failed_checks": [check for check in said if check["verdict"] == "failed"],
        "checks_let_through": [check for check in said if check["verdict"] != "failed"],
    }


def status(workspace: Workspace) -> dict[str, Any]:
    """Facts on the publication, and on the last failure if it came later."""
    facts: dict[str, Any] = {"workspace": workspace.settings.name, "build_id": None}
    try:
        with open_publication(workspace) as connection:
            facts |= _publication(connection)
            if let_through := _let_through(connection):
                facts["checks let through"] = "\n".join(let_through)
    except UserError:
        facts["next"] = f"nothing is published yet; run: quotaline run{workspace.option}"
    if ended := _ended_waivers(workspace):
        facts["waivers that ended"] = "\n".join(ended.values())
    if closed := last_close(workspace):
        facts["closed up to"] = f"{closed.period}, {closed.ledger_lines:,} lines in the ledger"
        facts["head_hash"] = closed.head_hash
    if workspace.last_failure.is_file():
        failure = json.loads(workspace.last_failure.read_text(encoding="utf-8"))
        if facts["build_id"] is None or failure["at"] > facts["published_at"].isoformat():
            facts["last_failure"] = failure
    return facts


def _let_through(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """The published checks that did not hold, each in a line; none in a publication of an older revision."""
    if not rows(connection, "select 1 from duckdb_tables() where table_name = 'publication_checks'"):
        return []
    found = rows(connection, "select * from publication_checks where verdict <> 'passed' order by all")
    return [
        f"{check['table_name']}.{check['check_name']}: {check['verdict']}, {check['failing_row_count']:,} rows"
        + (
            f"; {check['waived_by']} until {check['waived_until']}: {check['waiver_reason']}"
            if check["waived_by"]
            else ""
        )
        for check in found
    ]


def status_table(facts: dict[str, Any]) -> Table:
    """The facts as two columns."""
    table = Table(show_header=False)
    table.add_column()
    table.add_column(overflow="fold")  # a hash is to be kept whole
    for name, value in facts.items():
        if name == "last_failure":
            value = f"{value['at']}, {value['step']}: {value['error']}"
        elif isinstance(value, int):
            value = f"{value:,}"
        table.add_row(name.replace("_", " "), Text("none" if value is None else str(value)))
    return table


def exceptions(workspace: Workspace, kind: str | None, limit: int) -> list[dict[str, Any]]:
    """Rows of rpt_exceptions, of one kind or a few of all, worst first. Raises UserError if there is no such kind."""
    with open_publication(workspace) as connection:
        known = list(dict.fromkeys(row["kind"] for row in _kinds(connection)))
        if kind is not None and kind not in known:
            raise UserError(f"No exception is of kind {kind}; there are: {', '.join(known) or 'none'}.")
        return rows(
            connection,
            f"""
            select * from reporting.rpt_exceptions where $1 is null or kind = $1
            order by {WORST_FIRST}, kind, entity, record_key nulls last, file nulls last, row_number nulls last limit $2
            """,
            [kind, limit],
        )


def _sentence(row: dict[str, Any]) -> str:
    """Reason and remedy; a reason of ingestion is half a sentence about the value."""
    reason, remedy = row["reason"], row["remedy"]
    return f"{reason} {remedy}" if reason.endswith(".") else f"{reason}; {remedy}"


def exceptions_list(rows: list[dict[str, Any]]) -> RenderableType:
    """Each exception in two lines: which record, and where it came from; what happened and what to do."""
    if not rows:
        return Text("No exceptions: everything was parsed, credited, priced and aligned.")
    lines = []
    for row in rows:
        place = f"{row['file']} row {row['row_number']}" if row["file"] else row["period_id"]
        facts = (row["severity"], row["kind"], row["entity"], row["record_key"], f"({place})" if place else None)
        value = f'"{row["value"]}" ' if row["value"] is not None else ""
        column = f"{row['column_name']}: " if row["column_name"] else ""
        lines += [" ".join(str(fact) for fact in facts if fact), f"    {column}{value}{_sentence(row)}"]
    return Text("\n".join(lines))
