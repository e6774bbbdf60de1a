"""What must always hold of the marts, each broken once in a finished build: the gate must say so."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest

from orchestration.builds import LayerRecord
from orchestration.quality import gate
from orchestration.workspace import Workspace

FUTURE = "(select max(period_id) from core.dim_periods where status = 'future')"
PAID_AT_ONCE = """
    line_type = 'earning' and component_id in (
        select component_id from staging.stg_rules__plan_components
        where release_event is null and payment_frequency = 'month')
"""
# By check: the table, and what is done to it.
BROKEN = {
    "every_event_counts_or_is_listed": "delete from core.fct_transactions where transaction_id = (select max("
    "transaction_id) from core.fct_transactions)",
    "one_credit_per_transaction_measure_and_worker": "insert into credit.fct_credits by name select * replace ("
    "'twice' as credit_id) from credit.fct_credits where credit_id = (select max(credit_id) from credit.fct_credits)",
    "amounts_are_value_times_share": "update credit.fct_credits set credit_amount = credit_amount + 1 where credit_id"
    " = (select min(credit_id) from credit.fct_credits)",
    "deals_add_up_to_earnings": "update payout.fct_deal_earnings set earned_amount = earned_amount + 0.01 where"
    " credit_id = (select min(credit_id) from payout.fct_deal_earnings)",
    "earned_periods_add_up_to_earnings": "update payout.fct_payouts set amount = amount + 0.01 where payout_line_id ="
    f" (select min(payout_line_id) from payout.fct_payouts where {PAID_AT_ONCE})",
    "settled_lines_are_the_ledgers": "update payout.fct_payouts set is_settled = true where payout_line_id ="
    " (select max(payout_line_id) from payout.fct_payouts)",
    "nothing_is_paid_in_the_future": f"update payout.fct_payouts set pay_period_id = {FUTURE} where payout_line_id ="
    " (select max(payout_line_id) from payout.fct_payouts where line_type = 'manual')",
    "nothing_counts_in_the_future": f"update quota.fct_attainment set period_id = {FUTURE} where worker_id ="
    " (select min(worker_id) from quota.fct_attainment)",
    "every_line_leads_to_delivered_rows": "update reporting.rpt_payout_lineage set raw_file_sha256 = null where"
    " payout_line_id = (select min(payout_line_id) from reporting.rpt_payout_lineage)",
}


@pytest.fixture(scope="module")
def broken(demo: Workspace, tmp_path_factory: pytest.TempPathFactory) -> LayerRecord:
    """What the gate says of the demo build with everything broken at once."""
    copy = Workspace(tmp_path_factory.mktemp("broken") / "demo", demo.settings)
    shutil.copytree(demo.root, copy.root, symlinks=True)
    with duckdb.connect(str(copy.warehouse)) as warehouse:
        for statement in BROKEN.values():
            changed = warehouse.execute(statement).fetchone()
            assert changed is not None
            assert changed[0] > 0, statement
    return gate.run_marts_gate(copy, "broken-build")


@pytest.mark.parametrize("check", BROKEN)
def test_what_must_always_hold_is_seen_when_it_does_not(broken: LayerRecord, check: str) -> None:
    found = [result for result in broken.failed if result.name == check]
    assert found
    assert all(result.failing_rows for result in found)


def test_an_unbroken_build_passes(demo: Workspace, tmp_path: Path) -> None:
    copy = Workspace(tmp_path / "demo", demo.settings)
    shutil.copytree(demo.root, copy.root, symlinks=True)
    assert gate.run_marts_gate(copy, "whole-build").failed == ()
