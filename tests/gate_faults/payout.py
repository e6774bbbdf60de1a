"""Faults of earnings and payout lines, and what the payout suite says of each."""

from __future__ import annotations

from gate_faults.fault import ATTAINED, FUTURE, ROW, Fault, one

LINE_KEYS = "payout_line_id, worker_id, component_id, earned_period_id as period_id"
AT_ONCE = """line_type = 'earning' and currency = payroll_currency and component_id in (
    select component_id from core.dim_plan_components where release_event is null and payment_frequency = 'month')"""
ADDS_UP = "fct_payouts.earned_is_paid_or_held_by_month_and_currency"
LINE = "where payout_line_id = '{payout_line_id}'"
EARNED = "select worker_id, component_id, period_id from payout.fct_earnings order by {} desc nulls last limit 1"
PAYOUT = (
    Fault(
        "payout",
        "an earning a cent too high",
        one("payout.fct_payouts", LINE_KEYS, AT_ONCE),
        f"update payout.fct_payouts set amount = amount + 0.01, payroll_amount = amount + 0.01 {LINE}",
        (ADDS_UP,),
    ),
    Fault(
        "payout",
        "an earned month that is never paid",
        one("payout.fct_payouts", LINE_KEYS, AT_ONCE),
        f"delete from payout.fct_payouts {LINE}",
        (ADDS_UP,),
    ),
    Fault(
        "payout",
        "a month paid twice",
        one("payout.fct_payouts", LINE_KEYS, AT_ONCE),
        "insert into payout.fct_payouts by name select * replace ('twice' as payout_line_id)"
        f" from payout.fct_payouts {LINE}",
        (ADDS_UP,),
    ),
    Fault(
        "payout",
        "a hold that is lost: paid before the cash",
        one("payout.fct_payouts", LINE_KEYS, "line_type = 'hold'"),
        f"delete from payout.fct_payouts {LINE}",
        (ADDS_UP,),
    ),
    Fault(
        "payout",
        "more released than was held",
        one(
            "payout.fct_payouts",
            "payout_line_id, worker_id, component_id, earned_period_id",
            "line_type = 'release' and currency = payroll_currency",
        ),
        f"update payout.fct_payouts set amount = amount + 1000000, payroll_amount = amount + 1000000 {LINE}",
        ("fct_payouts.no_more_is_released_than_was_held", "fct_payouts.pay_is_plausible_against_target"),
    ),
    Fault(
        "payout",
        "a line that says it is settled, and is in no ledger",
        one("payout.fct_payouts", "payout_line_id, worker_id, pay_period_id", "line_type = 'manual'"),
        f"update payout.fct_payouts set is_settled = true {LINE}",
        ("fct_payouts.settled_lines_are_the_ledgers",),
    ),
    Fault(
        "payout",
        "a payment in a month that lies ahead",
        one("payout.fct_payouts", "payout_line_id, worker_id", "line_type = 'manual' and currency = payroll_currency"),
        f"update payout.fct_payouts set pay_period_id = {FUTURE} {LINE}",
        ("fct_payouts.nothing_is_paid_in_the_future",),
    ),
    Fault(
        "payout",
        "pay for months before somebody was hired",
        one("payout.fct_payouts", "worker_id", "line_type = 'earning'"),
        "update core.dim_workers set hire_date = date '2027-01-01' where worker_id = '{worker_id}'",
        ("fct_payouts.nobody_is_paid_outside_employment",),
    ),
    Fault(
        "payout",
        "a payment by hand that nobody approved",
        one("payout.fct_payouts", "payout_line_id, worker_id, adjustment_id", "line_type = 'manual'"),
        "update core.int_core__payout_adjustments set is_approved = false where adjustment_id = '{adjustment_id}'",
        ("fct_payouts.manual_lines_are_approved",),
    ),
    Fault(
        "payout",
        "payroll at another rate than the pay month's",
        one("payout.fct_payouts", "payout_line_id, worker_id, pay_period_id", "currency <> payroll_currency"),
        f"update payout.fct_payouts set payroll_amount = payroll_amount + 0.01 {LINE}",
        ("fct_payouts.payroll_is_amount_times_rate",),
    ),
    Fault(
        "payout",
        "a line of nothing",
        one("payout.fct_payouts", "payout_line_id, worker_id", "line_type = 'manual'"),
        f"update payout.fct_payouts set amount = 0, payroll_amount = 0 {LINE}",
        ("fct_payouts.lines_of_nothing_are_not_written",),
    ),
    Fault(
        "payout",
        "a deal a cent off its earning",
        one("payout.fct_deal_earnings", ATTAINED, "credit_id is not null"),
        "update payout.fct_deal_earnings set earned_amount = earned_amount + 0.01 where rowid ="
        f" (select min(rowid) from payout.fct_deal_earnings where {ROW})",
        ("fct_deal_earnings.deals_add_up_to_earnings",),
    ),
    Fault(
        "payout",
        "an earning in a month that lies ahead",
        one(
            "payout.fct_earnings",
            "worker_id, component_id, period_id as was",
            "earned_to_date = 0 and window_id = period_id",
        ),
        f"update payout.fct_earnings set period_id = {FUTURE} where worker_id = '{{worker_id}}'"
        " and component_id = '{component_id}' and period_id = '{was}'",
        ("fct_earnings.nothing_counts_in_the_future", "fct_earnings.each_attainment_has_its_earning"),
    ),
    Fault(
        "payout",
        "attainment without an earning",
        one("payout.fct_earnings", ATTAINED, "earned_amount = 0"),
        f"delete from payout.fct_earnings where {ROW}",
        ("fct_earnings.each_attainment_has_its_earning",),
    ),
    Fault(
        "payout",
        "an earned sum that its months do not make",
        one("payout.fct_earnings", ATTAINED, "earned_to_date > 0"),
        f"update payout.fct_earnings set earned_to_date = earned_to_date - 1 where {ROW}",
        ("fct_earnings.windows_add_up",),
    ),
    Fault(
        "payout",
        "earnings above the component's cap",
        EARNED.format("earned_to_date"),
        "update core.dim_plan_components set cap_amount = (select max(earned_to_date) - 0.01 from payout.fct_earnings"
        " where component_id = '{component_id}') where component_id = '{component_id}' and pay_window <> 'deal'",
        ("fct_earnings.nobody_earns_more_than_the_cap",),
    ),
    Fault(
        "payout",
        "tiers read beyond the cap on attainment",
        "select worker_id, component_id, period_id from payout.fct_earnings inner join core.dim_plan_components"
        " using (component_id) where tier_basis = 'attainment' order by tier_position desc nulls last limit 1",
        "update core.dim_plan_components set cap_attainment = (select max(tier_position) - 0.01"
        " from payout.fct_earnings where component_id = '{component_id}') where component_id = '{component_id}'",
        ("fct_earnings.no_position_lies_above_its_cap",),
    ),
    Fault(
        "payout",
        "a deal that pays more than the cap of a deal",
        "select parts.worker_id, component_id, origin_transaction_id as transaction_id"
        " from payout.fct_deal_earnings as parts inner join core.dim_plan_components using (component_id)"
        " inner join credit.fct_credits using (credit_id) where pay_window = 'deal' group by all"
        " order by sum(parts.earned_amount) desc, 1, 2, 3 limit 1",
        "update core.dim_plan_components set cap_amount = 1 where component_id = '{component_id}'",
        ("fct_deal_earnings.no_deal_pays_more_than_the_cap",),
    ),
    Fault(
        "payout",
        "a month of pay beyond twenty times the target incentive",
        "select lines.worker_id, pay_period_id, payout_line_id from payout.fct_payouts as lines"
        " inner join core.int_core__worker_compensation as pay on lines.worker_id = pay.worker_id"
        " and lines.payroll_currency = pay.currency"
        " where line_type = 'earning' and pay.target_incentive > 0 and lines.currency = lines.payroll_currency"
        " order by all limit 1",
        f"update payout.fct_payouts set payroll_amount = payroll_amount + 10000000 {LINE}",
        ("fct_payouts.pay_is_plausible_against_target", "fct_payouts.payroll_is_amount_times_rate"),
    ),
)
