"""SQLAlchemy's way into DuckDB for Great Expectations, which fetches after the connection has closed, when DuckDB's
result is void (`list index out of range`): this dialect keeps every result's rows (docs/decisions/0007)."""

from __future__ import annotations

from typing import Any

import duckdb_engine
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.psycopg2 import PGExecutionContext_psycopg2
from sqlalchemy.engine.cursor import FullyBufferedCursorFetchStrategy


class BufferingContext(PGExecutionContext_psycopg2):
    """Fetches all rows as soon as a statement has run; the gate's statements return few."""

    def post_exec(self) -> None:
        super().post_exec()  # type: ignore[no-untyped-call]
        cursor: Any = self.cursor
        if cursor.description:
            self.cursor_fetch_strategy = FullyBufferedCursorFetchStrategy(cursor, initial_buffer=cursor.fetchall())


class BufferingDialect(duckdb_engine.Dialect):
    """duckdb-engine's dialect with that context."""

    execution_ctx_cls = BufferingContext
    supports_statement_cache = False


def register() -> None:
    """Makes `duckdb://` addresses use this dialect."""
    registry.register("duckdb", __name__, BufferingDialect.__name__)
