"""SQLAlchemy's way into DuckDB for Great Expectations, which fetches after the connection has closed, when DuckDB's
result is void (`list index out of range`): this dialect keeps every result's first rows (docs/decisions/0007)."""

from __future__ import annotations

from typing import Any

import duckdb_engine
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.psycopg2 import PGExecutionContext_psycopg2
from sqlalchemy.engine.cursor import FullyBufferedCursorFetchStrategy

MOST_ROWS = 1000
"""What is kept of a result. Verdicts are one row each; but only to learn the names of a query's columns, Great
Expectations runs all of it: fetching ten million events for that took 90 of the raw gate's 120 s (2026-11-25)."""


class BufferingContext(PGExecutionContext_psycopg2):
    """Fetches a result's first rows as soon as the statement has run."""

    def post_exec(self) -> None:
        super().post_exec()  # type: ignore[no-untyped-call]
        cursor: Any = self.cursor
        if cursor.description:
            self.cursor_fetch_strategy = FullyBufferedCursorFetchStrategy(
                cursor, initial_buffer=cursor.fetchmany(MOST_ROWS)
            )


class BufferingDialect(duckdb_engine.Dialect):
    """duckdb-engine's dialect with that context."""

    execution_ctx_cls = BufferingContext
    supports_statement_cache = False


def register() -> None:
    """Makes `duckdb://` addresses use this dialect."""
    registry.register("duckdb", __name__, BufferingDialect.__name__)
