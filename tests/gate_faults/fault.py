"""What a fault and a mistake are, and what several suites' faults share."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """A corruption of the warehouse. row: query of one row, whose columns stand in braces in do, and by which the first
    check must name it. checks: all that fail, the one that is about it first, without the suite's schema."""

    suite: str
    what: str
    row: str
    do: str
    checks: tuple[str, ...]


@dataclass(frozen=True)
class Mistake:
    """A file of the workspace that says what can't be. text: all of the file, or of a rules file what replaces `old`.
    said: what the message must hold."""

    file: str
    what: str
    text: str
    said: str
    old: str | None = None


def one(table: str, keys: str, where: str = "true") -> str:
    """Query of the keys of a table's first row."""
    return f"select {keys} from {table} where {where} order by all limit 1"


ATTAINED = "worker_id, component_id, period_id"
ROW = "worker_id = '{worker_id}' and component_id = '{component_id}' and period_id = '{period_id}'"
FUTURE = "(select max(period_id) from core.dim_periods where status = 'future')"
