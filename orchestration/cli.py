"""The command `quotaline`. Thin: every command makes a workspace, runs the Dagster job, or reads what is published."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.console import Console

from orchestration.problems import UserError
from orchestration.workspace import PROJECT_ROOT, Workspace

if TYPE_CHECKING:
    from orchestration.ledger.store import Close

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Quotaline: from CRM and HR data to credits, quota attainment and payouts, exact and explainable.",
)
ledger = typer.Typer(no_args_is_help=True, help="What is closed, in other forms.")
app.add_typer(ledger, name="ledger")
console = Console()
errors = Console(stderr=True)

WorkspaceOption = Annotated[
    Path, typer.Option("--workspace", "-w", help="The workspace; default: this folder.", show_default=False)
]
JsonOption = Annotated[bool, typer.Option("--json", help="For machines: JSON on standard output.")]
HERE = Path()


def main() -> None:
    """Entry point: a user's mistake is told in words, with exit code 2 (3: the gate refused to publish)."""
    os.umask(0o077)  # whatever is written, by the servers that `ui` starts too: it is about people's pay
    try:
        app()
    except UserError as problem:
        errors.print(str(problem), markup=False, highlight=False, soft_wrap=True)
        sys.exit(problem.exit_code)


@app.command()
def init(
    directory: Annotated[Path, typer.Argument(help="Folder to make the workspace in.")],
    template: Annotated[str, typer.Option(help="demo, adventureworks or canonical.")] = "canonical",
    data: Annotated[Path | None, typer.Option(help="Folder with the source's files.")] = None,
) -> None:
    """Make a workspace: settings, rules, and landing folders for a template."""
    from orchestration.new_workspace import make

    made = make(directory, template, data)
    console.print(f"Made a workspace for {template} in {made.root}: settings in quotaline.toml, rules in seeds/")
    if template == "demo":
        console.print(f"Next: quotaline generate -w {directory}")
    else:
        console.print(f"Next: quotaline run -w {directory}")


@app.command()
def generate(
    workspace: WorkspaceOption = HERE,
    workers: Annotated[int, typer.Option(min=10, help="How many people.")] = 120,
    events: Annotated[int, typer.Option(min=100, help="About how many sales events.")] = 20_000,
    seed: Annotated[int, typer.Option(help="Another seed, another company.")] = 7,
) -> None:
    """Generate the demo company's landing files: the same options always give the same bytes."""
    from orchestration.demo.company import generate as generate_company

    opened = Workspace.open(workspace)
    with console.status("generating the demo company"):
        company = generate_company(
            opened.sources["canonical"], workers=workers, events=events, seed=seed, as_of=opened.as_of
        )
    console.print(f"Generated {company} in {opened.sources['canonical']}")
    console.print(f"Next: quotaline run{opened.option}")


@app.command()
def run(workspace: WorkspaceOption = HERE, as_json: JsonOption = False) -> None:
    """Run one build: ingest, check, transform, check, publish. It shows in the Dagster UI like any other run."""
    from orchestration import summary
    from orchestration.run import run_build

    opened = Workspace.open(workspace)
    say = errors if as_json else console  # standard output is the machine's
    say.print(f"[bold]{opened.settings.name}[/] as of {opened.as_of}")
    outcome = run_build(opened, say)
    if as_json:
        typer.echo(json.dumps(summary.of_run_as_facts(opened, outcome), default=str))
    elif outcome.succeeded:
        console.print(summary.of_run(opened, outcome))
        console.print(summary.next_steps(opened, outcome), highlight=False, soft_wrap=True)
    else:
        if outcome.gate_failed:
            console.print(summary.gate_failures(opened, outcome))
            console.print(summary.after_refusal(opened, outcome), markup=False, highlight=False, soft_wrap=True)
        else:
            errors.print(outcome.problem, markup=False, highlight=False, soft_wrap=True)
        stays = "[red]Nothing was published[/]; the last publication stays as it was."
        done = "The build [green]is published[/]; what came after it [red]failed[/]."
        console.print(f"{done if outcome.published else stays} Log: {outcome.log}", soft_wrap=True)
    for note in outcome.notes if not as_json else ():
        console.print(f"Note: {note}", markup=False, highlight=False, soft_wrap=True)
    raise typer.Exit(outcome.exit_code)


@app.command()
def publish(workspace: WorkspaceOption = HERE) -> None:
    """Publish the last build again, without building: to targets that were added, for people who may now see more."""
    from orchestration.publish.assets import publish_everywhere
    from orchestration.run_lock import alone_in

    opened = Workspace.open(workspace)
    with alone_in(opened):
        for line in publish_everywhere(opened):
            console.print(line, markup=False, highlight=False, soft_wrap=True)


@app.command()
def status(workspace: WorkspaceOption = HERE, as_json: JsonOption = False) -> None:
    """What is published, since when, and how the last build ended."""
    from orchestration import summary

    opened = Workspace.open(workspace)
    facts = summary.status(opened)
    console.print_json(json.dumps(facts, default=str)) if as_json else console.print(summary.status_table(facts))


@app.command()
def exceptions(
    workspace: WorkspaceOption = HERE,
    kind: Annotated[str | None, typer.Option(help="Only this kind.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many rows.")] = 50,
    as_json: JsonOption = False,
) -> None:
    """What could not be parsed, credited, priced or aligned, and what to do about it."""
    from orchestration import summary

    opened = Workspace.open(workspace)
    rows = summary.exceptions(opened, kind, limit)
    if as_json:
        console.print_json(json.dumps(rows, default=str))
    else:
        console.print(summary.exceptions_list(rows))


@app.command()
def close(
    period: Annotated[str, typer.Argument(help="The fiscal month, like FY2026-M03.")],
    by: Annotated[str, typer.Option(prompt="Who closes it", help="Who closes it; stands in the ledger.")],
    note: Annotated[str | None, typer.Option(help="What is to be remembered of it.")] = None,
    workspace: WorkspaceOption = HERE,
) -> None:
    """Close a month: its payout lines become part of the ledger and never change again."""
    from orchestration.ledger.close import Request
    from orchestration.ledger.close import close as close_month

    opened = Workspace.open(workspace)
    closed = close_month(opened, period, by, note)
    if isinstance(closed, Request):
        console.print(f"The closing of {period} is requested in the name of {closed.requested_by}.")
        console.print(f"Next, by somebody else: quotaline approve {period} --by NAME{opened.option}")
    else:
        _say_closed(opened, closed)


@app.command()
def approve(
    period: Annotated[str, typer.Argument(help="The fiscal month, like FY2026-M03.")],
    by: Annotated[str, typer.Option(prompt="Who approves it", help="Who approves; not who requested it.")],
    workspace: WorkspaceOption = HERE,
) -> None:
    """Approve the closing of a month that somebody else has requested, which closes it."""
    from orchestration.ledger.close import approve as approve_month

    opened = Workspace.open(workspace)
    _say_closed(opened, approve_month(opened, period, by))


def _say_closed(workspace: Workspace, closed: Close) -> None:
    approved = f", approved by {closed.approved_by}" if closed.approved_by else ""
    console.print(f"[green]{closed.period} is closed[/] by {closed.closed_by}{approved}: {closed.lines:,} lines.")
    for currency, total in closed.payroll.items():
        console.print(f"Payroll: {Decimal(total):>18,.2f} {currency}", highlight=False)
    console.print(
        f"Ledger:  {closed.ledger_lines:,} lines, head hash {closed.head_hash}", soft_wrap=True, highlight=False
    )
    console.print(f"Keep that hash somewhere else too: quotaline verify --head HASH{workspace.option} compares.")
    console.print(f"Payroll file: {workspace.ledger / closed.period / 'payroll.csv'}", soft_wrap=True, highlight=False)
    if workspace.ledger_backup:
        _back_up(workspace)
    console.print(f"Next: quotaline run{workspace.option}")


@app.command()
def verify(
    head: Annotated[str | None, typer.Option(help="A head hash kept elsewhere, to compare with.")] = None,
    workspace: WorkspaceOption = HERE,
) -> None:
    """Check that the ledger is whole: every byte, line and month, the payroll files, and the warehouse against it."""
    from orchestration.ledger.verify import LedgerError
    from orchestration.ledger.verify import verify as verify_ledger

    found = verify_ledger(Workspace.open(workspace), head)
    for note in found.notes:
        console.print(note, highlight=False)
    if found.problems:
        raise LedgerError("The ledger is not what it was:", found.problems)
    console.print(f"[green]The ledger is whole[/]: {found.lines:,} lines of {len(found.closes)} months closed.")
    console.print(f"Head hash: {found.head}", soft_wrap=True, highlight=False)


@ledger.command()
def export(
    out: Annotated[Path, typer.Option(help="The file to write.")],
    form: Annotated[Literal["beancount"], typer.Option("--format", help="beancount.")] = "beancount",
    workspace: WorkspaceOption = HERE,
) -> None:
    """Write the closed ledger as a plain journal that other tools can check (bean-check FILE)."""
    from orchestration.builds import replace_text
    from orchestration.ledger.journal import beancount
    from orchestration.ledger.verify import require_whole

    opened = Workspace.open(workspace)
    require_whole(opened)
    replace_text(out, "".join(beancount(opened)))
    console.print(f"Wrote {out} as {form}; check it with: bean-check {out}", soft_wrap=True, highlight=False)


@ledger.command()
def backup(workspace: WorkspaceOption = HERE) -> None:
    """Copy the closed months to the folder that `[close] backup` names; each closing does so by itself."""
    _back_up(Workspace.open(workspace))


def _back_up(workspace: Workspace) -> None:
    from orchestration.ledger.backup import back_up

    months = ", ".join(back_up(workspace)) or "nothing new"
    console.print(f"Backed up to {workspace.ledger_backup}: {months}", soft_wrap=True, highlight=False)


WorkerOption = Annotated[str | None, typer.Option("--worker", help="The worker's id.", show_default=False)]
PeriodOption = Annotated[
    str | None, typer.Option("--period", help="Pay period, such as FY2026-M03.", show_default=False)
]
HtmlOption = Annotated[Path | None, typer.Option("--html", help="Write one page to this file, to read and print.")]


@app.command()
def trace(
    payout_line_id: Annotated[str | None, typer.Argument(help="A payout line, or the start of its id.")] = None,
    worker: WorkerOption = None,
    period: PeriodOption = None,
    workspace: WorkspaceOption = HERE,
    html: HtmlOption = None,
    as_json: JsonOption = False,
) -> None:
    """From a payout line, or all lines of a worker's month, down to the rows of the files: each level adds up."""
    from orchestration.lineage import commands

    opened = Workspace.open(workspace)
    if html:
        commands.write_trace(opened, html, payout_line_id, worker, period)
        console.print(f"Open {html}", soft_wrap=True)
    elif as_json:
        typer.echo(commands.trace_as_json(opened, payout_line_id, worker, period))
    else:
        console.print(commands.trace_as_text(opened, payout_line_id, worker, period))


@app.command()
def statement(
    worker: Annotated[str, typer.Option(help="The worker's id.", show_default=False)],
    period: Annotated[str, typer.Option(help="The pay period, such as FY2026-M03.", show_default=False)],
    workspace: WorkspaceOption = HERE,
    html: HtmlOption = None,
) -> None:
    """What a worker is paid in a month and why, where the quota stands, and what the next tier needs."""
    from orchestration.ledger.store import last_close
    from orchestration.lineage import commands
    from orchestration.lineage.statement import Ledger

    opened = Workspace.open(workspace)
    closed = last_close(opened)
    ledger_state = Ledger(closed.ledger_lines, closed.head_hash) if closed else None
    if html:
        commands.write_statement(opened, html, worker, period, ledger_state)
        console.print(f"Open {html}", soft_wrap=True)
    else:
        console.print(commands.statement_as_text(opened, worker, period, ledger_state))


@app.command()
def ui(workspace: WorkspaceOption = HERE, port: Annotated[int, typer.Option(help="Port on 127.0.0.1.")] = 3000) -> None:
    """Dagster's web server and daemon for this workspace, on 127.0.0.1 only."""
    from orchestration.servers import serve

    opened = Workspace.open(workspace)
    opened.dagster_home.mkdir(parents=True, exist_ok=True)
    dagster = [sys.executable, "-m", "dagster", "dev", "-m", "orchestration.definitions"]
    command = [*dagster, "-h", "127.0.0.1", "-p", str(port), "-d", str(PROJECT_ROOT)]
    console.print(f"Starting Dagster for {opened.settings.name}: http://127.0.0.1:{port} (Ctrl-C ends it)")
    raise typer.Exit(serve(command, os.environ | opened.environment(), port))


@app.command()
def docs(
    workspace: WorkspaceOption = HERE,
    out: Annotated[Path | None, typer.Option(help="Where to write the page; default: published/docs.html")] = None,
) -> None:
    """Every table and column of this workspace, with descriptions and lineage, as one HTML page (dbt docs)."""
    opened = Workspace.open(workspace)
    if not opened.warehouse.is_file():
        raise UserError(f"{opened.root} has no warehouse yet: quotaline run -w {opened.root}")
    command = [str(Path(sys.executable).parent / "dbt"), "docs", "generate", "--static", "--quiet"]
    command += ["--project-dir", str(PROJECT_ROOT), "--profiles-dir", str(PROJECT_ROOT)]
    command += ["--target-path", str(opened.dbt_target)]
    with console.status("dbt docs"):
        subprocess.run(command, env=os.environ | opened.environment(), cwd=PROJECT_ROOT, check=True)
    page = out or opened.published / "docs.html"
    page.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(opened.dbt_target / "static_index.html", page)
    console.print(f"Open {page}")


@app.command()
def env(workspace: WorkspaceOption = HERE) -> None:
    """The environment in which dbt and Dagster work on this workspace, as lines for a shell's export."""
    for name, value in Workspace.open(workspace).environment().items():
        typer.echo(f"{name}={value}")
