"""Faults of quotas and attainment, and what the quota suite says of each."""

from __future__ import annotations

from gate_faults.fault import ATTAINED, FUTURE, ROW, Fault, one

COUNTED = "credited_amount > 0 and quota_to_date > 0 and pay_window = 'month'"
QUOTA = (
    Fault(
        "quota",
        "a month's quota a dollar too low",
        one("quota.fct_quotas", "worker_id, measure_id, quota_period, period_id", "quota_period <> period_id"),
        "update quota.fct_quotas set quota_amount = quota_amount - 1 where worker_id = '{worker_id}'"
        " and measure_id = '{measure_id}' and period_id = '{period_id}'",
        ("fct_quotas.quotas_add_up_to_what_was_delivered",),
    ),
    Fault(
        "quota",
        "a month with two quotas",
        one("quota.fct_quotas", "worker_id, measure_id, period_id", "quota_period = period_id"),
        "insert into quota.fct_quotas select * from quota.fct_quotas where worker_id = '{worker_id}'"
        " and measure_id = '{measure_id}' and period_id = '{period_id}'",
        ("fct_quotas.one_row_per_worker_id_and_measure_id_and_period_id",),
    ),
    Fault(
        "quota",
        "a quota of nobody",
        one("quota.fct_quotas", "worker_id as was, measure_id, period_id", "quota_period = period_id"),
        "update quota.fct_quotas set worker_id = null where worker_id = '{was}' and measure_id = '{measure_id}'"
        " and period_id = '{period_id}'",
        ("fct_quotas.worker_id_is_never_null",),
    ),
    Fault(
        "quota",
        "attainment in a month that lies ahead",
        one("quota.fct_attainment", "worker_id, component_id, period_id as was", "credited_amount = 0"),
        f"update quota.fct_attainment set period_id = {FUTURE} where worker_id = '{{worker_id}}'"
        " and component_id = '{component_id}' and period_id = '{was}'",
        ("fct_attainment.nothing_counts_in_the_future",),
    ),
    Fault(
        "quota",
        "attainment of somebody not yet hired",
        one("quota.fct_attainment", ATTAINED),
        "update core.dim_workers set hire_date = date '2027-01-01' where worker_id = '{worker_id}'",
        ("fct_attainment.nobody_counts_outside_employment",),
    ),
    Fault(
        "quota",
        "credited a dollar more than the credits are",
        one("quota.fct_attainment", ATTAINED, COUNTED),
        "update quota.fct_attainment set credited_amount = credited_amount + 1,"
        " credited_to_date = credited_to_date + 1, attainment_to_date = null, attainment_full_window = null,"
        " quota_to_date = null, quota_full_window = null"
        f" where {ROW}",
        ("fct_attainment.credited_is_the_sum_of_credits",),
    ),
    Fault(
        "quota",
        "a credit that counts on no component, and is not listed",
        "select component_id, period_id, credit_id from quota.int_quota__plan_credits"
        " where transaction_id = origin_transaction_id and converted_amount <> 0 order by all limit 1",
        "delete from quota.int_quota__plan_credits where credit_id = '{credit_id}' and component_id = '{component_id}'",
        ("fct_attainment.credits_reconcile_by_month_and_component", "fct_attainment.credited_is_the_sum_of_credits"),
    ),
    Fault(
        "quota",
        "a credit that counts twice",
        "select component_id, period_id, credit_id from quota.int_quota__plan_credits"
        " where transaction_id = origin_transaction_id and converted_amount <> 0 order by all limit 1",
        "insert into quota.int_quota__plan_credits select * from quota.int_quota__plan_credits"
        " where credit_id = '{credit_id}' and component_id = '{component_id}'",
        ("fct_attainment.credits_reconcile_by_month_and_component", "fct_attainment.credited_is_the_sum_of_credits"),
    ),
    Fault(
        "quota",
        "a credit on no plan that is not listed",
        one("quota.int_quota__uncounted_credits", "period_id, currency, worker_id", "component_id is null"),
        "delete from quota.int_quota__uncounted_credits where worker_id = '{worker_id}' and period_id = '{period_id}'"
        " and component_id is null",
        ("fct_attainment.credits_reconcile_by_month_and_component",),
    ),
    Fault(
        "quota",
        "a window that does not add up its months",
        one(
            "quota.fct_attainment", ATTAINED, "credited_amount > 0 and pay_window = 'quarter' and quota_to_date is null"
        ),
        f"update quota.fct_attainment set credited_to_date = credited_to_date + 1 where {ROW}",
        ("fct_attainment.windows_add_up",),
    ),
    Fault(
        "quota",
        "an attainment that is not credited over quota",
        one("quota.fct_attainment", ATTAINED, COUNTED),
        f"update quota.fct_attainment set attainment_to_date = attainment_to_date + 0.01 where {ROW}",
        ("fct_attainment.attainment_is_credited_over_quota",),
    ),
    Fault(
        "quota",
        "an active share above 1",
        one("quota.fct_attainment", ATTAINED),
        f"update quota.fct_attainment set active_share = 1.5 where {ROW}",
        ("fct_attainment.active_share_is_plausible",),
    ),
)
