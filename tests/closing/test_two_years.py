"""Twenty-four months closed one after another, with late changes between them, against the oracle at every step.

Slow (each month is a whole build): `make test-slow`.
"""

from __future__ import annotations

import shutil
from collections import defaultdict
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from case_builds import RULES, write_csv
from case_files import ENTITIES
from oracle import Company, compute
from paid_company import build_and_publish, rows
from two_years import Rows, TwoYears, last_day, period

from orchestration.ledger import store
from orchestration.ledger.close import close
from orchestration.ledger.verify import verify
from orchestration.workspace import Workspace

pytestmark = pytest.mark.slow
MONTHS = 24
LINE = ("worker_id", "component_id", "earned_period_id", "pay_period_id", "line_type", "amount", "currency")
RESTATED = ("earning", "adjustment", "hold", "release")


def test_every_step_pays_what_the_oracle_pays_and_closed_lines_stay(tmp_path: Path) -> None:
    company, settled, restated = TwoYears(seed=24), set[tuple[Any, ...]](), 0
    for month in range(MONTHS):
        known = company.known_in(month)
        workspace = _deliver(tmp_path / "w", known, month)
        build_and_publish(workspace, f"2026{month:04d}T050000Z-{month:08d}")
        lines = _lines(workspace)
        assert settled <= lines, f"{period(month)}: a closed line moved"
        expected = _oracle(known, workspace, month)
        assert _only_amounts(lines) == _only_amounts(expected["fct_payouts"]), period(month)
        _paid_is_earned(workspace, expected)
        restated += _restatements_add_up(workspace)
        close(workspace, period(month), by="Lee")
        settled |= {line for line in lines if line[3] == period(month)}
        assert verify(workspace).problems == []
    assert len(store.months(workspace)) == MONTHS
    assert restated > 50  # else nothing late was at stake


def _deliver(root: Path, known: Rows, month: int) -> Workspace:
    """Everything known at a month's end, as files; the ledger and what was built before stay."""
    landing, rules = root / "landing", root / "seeds"
    for folder in (landing, rules):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    (root / "quotaline.toml").write_text(
        f'version = 1\nname = "Two years"\nas_of = {last_day(month)}\n[sources.canonical]\npath = "landing"\n'
    )
    for entity, columns in ENTITIES.items():
        if known.get(entity) or entity in RULES:
            write_csv((rules if entity in RULES else landing) / f"{entity}.csv", list(columns), known.get(entity, []))
    return Workspace.open(root)


def _lines(workspace: Workspace) -> set[tuple[Any, ...]]:
    return set(rows(workspace, f"select {', '.join(LINE)}, payout_line_id from marts.fct_payouts"))


def _oracle(known: Rows, workspace: Workspace, month: int) -> dict[str, list[dict[str, Any]]]:
    """What the oracle pays of the same facts after the same ledger."""
    ledger = workspace.ledger / "*" / store.LINES
    settled: Rows = {"settled_payouts": []}
    if store.months(workspace):
        cursor = duckdb.sql(f"select * exclude (payout_line_id, line_number, row_hash) from '{ledger}'")
        settled["settled_payouts"] = [dict(zip(cursor.columns, line, strict=True)) for line in cursor.fetchall()]
    marts = compute(Company(known | settled, 1, last_day(month)))
    return {name: [dict(row) for row in marts[name]] for name in ("fct_payouts", "fct_earnings")}


def _only_amounts(lines: Any) -> list[tuple[str, ...]]:
    """Lines as texts, whichever side they come from, without identifiers."""
    plain = [tuple(line[name] for name in LINE) if isinstance(line, dict) else line[: len(LINE)] for line in lines]
    return sorted(
        tuple(
            f"{Decimal(value):.2f}" if name == "amount" else str(value or "")
            for name, value in zip(LINE, line, strict=True)
        )
        for line in plain
    )


def _paid_is_earned(workspace: Workspace, expected: dict[str, list[dict[str, Any]]]) -> None:
    """Statement 3: what was ever paid for an earned month, and is still held, is what is earned for it today; only
    months whose payment is due count."""
    paid: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for worker, component, amount in rows(
        workspace,
        "select worker_id, component_id, sum(amount) from marts.fct_payouts"
        f" where line_type in {RESTATED} and component_id = 'month' group by all",
    ):
        paid[worker, component] += amount
    earned: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in expected["fct_earnings"]:
        if row["component_id"] == "month":
            earned[row["worker_id"], row["component_id"]] += Decimal(f"{float(row['earned_amount']):.2f}")
    assert {key: total for key, total in paid.items() if total} == {
        key: total for key, total in earned.items() if total
    }


def _restatements_add_up(workspace: Workspace) -> int:
    """Each open adjustment says what was paid and what is earned now, and the difference is its amount."""
    found = rows(
        workspace,
        "select line_amount, new_value::decimal(18, 2) - old_value::decimal(18, 2) from reporting.rpt_restatements"
        " where cause = 'recomputed' and not is_settled",
    )
    count = "select count(*) from marts.fct_payouts where line_type = 'adjustment' and not is_settled"
    assert rows(workspace, count) == [(len(found),)]
    assert all(amount == difference for amount, difference in found)
    explained = """
        select count(distinct payout_line_id) from reporting.rpt_restatements
        where not is_settled and payout_line_id not in (
            select payout_line_id from reporting.rpt_restatements where cause <> 'recomputed')
    """
    assert rows(workspace, explained) == [(0,)], "an adjustment without a reason"
    return len(found)
