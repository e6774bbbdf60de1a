"""A small company whose months are closed: its files in a real workspace, built and published in this process."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from case_builds import RULES, write_csv
from case_files import ENTITIES, read_cases
from pipeline import build

from orchestration.publish import store
from orchestration.workspace import Workspace

SETTINGS = """version = 1
name = "Paid"
as_of = {as_of}

[sources.canonical]
path = "landing"
{more}"""
COMPANY = """
id: paid
title: Three people, one plan in dollars, one of them paid in euro
source: constructed
as_of: 2026-03-31
given:
  workers:
  - {worker_id: ann, worker_name: "=cmd|' /C calc'!A0", hire_date: 2026-01-01}
  - {worker_id: bob, worker_name: "Bob;@SUM(1)\t=1", hire_date: 2026-01-01, payroll_currency: EUR}
  - {worker_id: cat, worker_name: "-2+3", hire_date: 2026-01-01}
  measures: [{measure_id: sales, event_types: booking, value: amount, reversal_timing: original_period}]
  credit_rules: [{credit_rule_id: r1, measure_id: sales, credit_source: owner, credit_share: 1, priority: 1}]
  plans: [{plan_id: p, plan_name: "=1+1", currency: USD}]
  plan_components:
  - component_id: c
    plan_id: p
    measure_id: sales
    payout_basis: credit
    window: month
    tier_basis: amount
    tier_method: marginal
  rate_tiers: [{component_id: c, tier_from: 0, rate: 0.1}]
  plan_assignments:
  - {worker_id: ann, plan_id: p, valid_from: 2026-01-01}
  - {worker_id: bob, plan_id: p, valid_from: 2026-01-01}
  - {worker_id: cat, plan_id: p, valid_from: 2026-01-01}
  draws:
  - worker_id: cat
    draw_type: recoverable
    valid_from: 2026-01-01
    valid_to: 2026-02-01
    amount_per_month: 300
    currency: USD
  fx_rates:
  - {period: FY2026-M01, from_currency: USD, to_currency: EUR, rate: 0.9}
  - {period: FY2026-M02, from_currency: USD, to_currency: EUR, rate: 0.8}
  - {period: FY2026-M03, from_currency: USD, to_currency: EUR, rate: 0.7}
  sales_events:
  - {event_id: t1, event_type: booking, event_date: 2026-01-10, worker: ann, amount: 10000}
  - {event_id: t2, event_type: booking, event_date: 2026-01-11, worker: bob, amount: 5000}
  - {event_id: t3, event_type: booking, event_date: 2026-02-10, worker: ann, amount: 3000.05}
  - {event_id: t4, event_type: booking, event_date: 2026-03-10, worker: cat, amount: 8000}
expect:
  fct_payouts: [{worker_id: ann, pay_period_id: FY2026-M01, line_type: earning, amount: 1000.00}]
"""


def make(root: Path, more: str = "") -> Workspace:
    """The workspace with its files, nothing built yet. more: further settings."""
    root.mkdir(parents=True)
    (root / "company.yaml").write_text(COMPANY, encoding="utf-8")
    case = next(iter(read_cases(root)))
    (root / "quotaline.toml").write_text(SETTINGS.format(as_of=case.as_of, more=more), encoding="utf-8")
    workspace = Workspace.open(root)
    for entity, columns in ENTITIES.items():
        delivered = case.given.get(entity, [])
        if delivered or entity in RULES:
            folder = workspace.rules if entity in RULES else workspace.root / "landing"
            folder.mkdir(exist_ok=True)
            write_csv(folder / f"{entity}.csv", list(columns), delivered)
    return workspace


def deliver(workspace: Workspace, file: str, header: str, *rows: str) -> None:
    """One more landing file, as a CRM would deliver it."""
    path = workspace.root / "landing" / file
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")


def build_and_publish(workspace: Workspace, build_id: str) -> None:
    """One whole build, published."""
    build(workspace, build_id)
    store.publish(workspace)


def rows(workspace: Workspace, query: str) -> list[Any]:
    """Rows of the publication."""
    with store.open_publication(workspace) as publication:
        return publication.execute(query).fetchall()
