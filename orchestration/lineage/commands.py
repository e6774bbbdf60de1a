"""What the commands `trace` and `statement` do: open the publication, read, and show as asked."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from rich.console import RenderableType

from orchestration.lineage import show, statement_text
from orchestration.lineage import statement as statements
from orchestration.lineage.trace import trace
from orchestration.publish.store import open_publication, rows
from orchestration.workspace import Workspace


def trace_as_text(workspace: Workspace, line_id: str | None, worker: str | None, period: str | None) -> RenderableType:
    """The trace as a tree for a terminal."""
    with open_publication(workspace) as connection:
        root = trace(connection, line_id, worker, period)
        return show.as_text(root, rows(connection, "select * from publication")[0])


def trace_as_json(workspace: Workspace, line_id: str | None, worker: str | None, period: str | None) -> str:
    """The trace for machines."""
    with open_publication(workspace) as connection:
        root = trace(connection, line_id, worker, period)
        return show.as_json(root, rows(connection, "select * from publication")[0])


def write_trace(workspace: Workspace, path: Path, line_id: str | None, worker: str | None, period: str | None) -> None:
    """The trace as one page."""
    with open_publication(workspace) as connection:
        root = trace(connection, line_id, worker, period)
        build = show.build_text(rows(connection, "select * from publication")[0])
    show.write_page(path, "trace.html", root=root, build=build)


def statement_as_text(
    workspace: Workspace, worker: str, period: str, ledger: statements.Ledger | None = None
) -> RenderableType:
    """The statement for a terminal."""
    return statement_text.as_text(_statement(workspace, worker, period, ledger))


def write_statement(
    workspace: Workspace, path: Path, worker: str, period: str, ledger: statements.Ledger | None = None
) -> None:
    """The statement as one page."""
    found = _statement(workspace, worker, period, ledger)
    show.write_page(
        path,
        "statement.html",
        it=found,
        build=show.build_text(found.publication),
        last_day=found.period["ends_on"] - timedelta(days=1),
        state_text=statements.state_text,
        next_text=statements.next_text,
        quota_text=statements.quota_text,
        part_text=statements.part_text,
        standing=statements.standing_text(found.period),
        tier_text=statements.tier_text,
        deal_rate_text=statements.deal_rate_text,
        deal_notes=statements.deal_notes,
    )


def _statement(
    workspace: Workspace, worker: str, period: str, ledger: statements.Ledger | None
) -> statements.Statement:
    with open_publication(workspace) as connection:
        publication = rows(connection, "select * from publication")[0]
        return statements.read(connection, worker, period, publication, ledger)
