"""Finding what a person names: a line, a worker, a month. What is not there is told with what is near it."""

from __future__ import annotations

import difflib
from typing import Any

import duckdb

from orchestration.problems import Problem, UserError
from orchestration.publish.store import rows

NEAR = 3
LEAST_PREFIX = 6


def lines_of(
    connection: duckdb.DuckDBPyConnection, line_id: str | None, worker: str | None, period: str | None
) -> list[dict[str, Any]]:
    """The payout lines asked for: one by its id, or a worker's of a pay period. Raises UserError if there is none."""
    if line_id and not (worker or period):
        return [_line(connection, line_id)]
    if not (worker and period) or line_id:
        problem = Problem(
            "trace", "needs one payout line, or a worker and a period", "give PAYOUT_LINE_ID, or --worker and --period"
        )
        raise UserError("Nothing to trace:", [problem])
    worker, period = worker_of(connection, worker)["worker_id"], period_of(connection, period)["period_id"]
    found = rows(
        connection,
        """
        select * from marts.fct_payouts where worker_id = ? and pay_period_id = ?
        order by component_id nulls last, earned_period_id, line_type, payout_line_id
        """,
        [worker, period],
    )
    if not found:
        paid = rows(
            connection,
            "select distinct pay_period_id from marts.fct_payouts where worker_id = ? order by 1 desc limit 6",
            [worker],
        )
        near = ", ".join(row["pay_period_id"] for row in paid)
        remedy = f"lines are in {near}" if near else "no period has lines of this worker"
        raise UserError("Nothing was paid:", [Problem(worker, f"has no payout line in {period}", remedy)])
    return found


def _line(connection: duckdb.DuckDBPyConnection, line_id: str) -> dict[str, Any]:
    """By its whole id, or a beginning of it that no other line has."""
    found = rows(connection, "select * from marts.fct_payouts where payout_line_id = ?", [line_id])
    if not found and len(line_id) >= LEAST_PREFIX:
        query = "select * from marts.fct_payouts where starts_with(payout_line_id, ?) limit 2"
        found = rows(connection, query, [line_id])
    if len(found) == 1:
        return found[0]
    near = rows(
        connection,
        f"""
        select payout_line_id, worker_id, pay_period_id, line_type from marts.fct_payouts
        order by levenshtein(payout_line_id, ?), payout_line_id limit {NEAR}
        """,
        [line_id],
    )
    listed = "; ".join(
        f"{n['payout_line_id']} ({n['worker_id']}, {n['pay_period_id']}, {n['line_type']})" for n in near
    )
    raise UserError(
        "There is no such payout line:",
        [
            Problem(
                "fct_payouts",
                "is the id of no line",
                f"did you mean one of these? {listed or 'no lines'}",
                value=line_id,
            )
        ],
    )


def worker_of(connection: duckdb.DuckDBPyConnection, worker_id: str) -> dict[str, Any]:
    """The worker of this id. Raises UserError with those of a like id or name."""
    found = rows(connection, "select * from marts.dim_workers where worker_id = ?", [worker_id])
    if found:
        return found[0]
    people = rows(connection, "select worker_id, worker_name from marts.dim_workers order by worker_id")
    by_text: dict[str, dict[str, Any]] = {}
    for person in people:
        by_text.setdefault(person["worker_id"].lower(), person)
        by_text.setdefault((person["worker_name"] or "").lower(), person)
    near = [by_text[text] for text in difflib.get_close_matches(worker_id.lower(), by_text, n=NEAR, cutoff=0.5)]
    listed = ", ".join(dict.fromkeys(f"{person['worker_id']} ({person['worker_name']})" for person in near))
    remedy = f"did you mean {listed}?" if listed else "see marts.dim_workers for all of them"
    raise UserError("There is no such worker:", [Problem("workers", "is the id of no worker", remedy, value=worker_id)])


def period_of(connection: duckdb.DuckDBPyConnection, period_id: str) -> dict[str, Any]:
    """The fiscal month of this id. Raises UserError with those of a like id."""
    periods = rows(connection, "select * from marts.dim_periods order by period_id")
    for period in periods:
        if period["period_id"] == period_id:
            return period
    begun = [period["period_id"] for period in periods if period["status"] != "future"]
    near = difflib.get_close_matches(period_id.upper(), begun, n=NEAR, cutoff=0.5) or begun[-NEAR:]
    remedy = f"did you mean {', '.join(near)}?"
    raise UserError("There is no such month:", [Problem("periods", "is no fiscal month", remedy, value=period_id)])
