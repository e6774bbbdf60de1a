"""The quota suite: credits count once for each component that reads them, or are listed; windows add up."""

from __future__ import annotations

from orchestration.quality.suite import Invariant, Room

IN_FUTURE = """
    select worker_id, component_id, period_id from {rows}
    where period_id in (select period_id from core.dim_periods where status = 'future')
    """

EMPLOYED = """
    select attainment.worker_id, attainment.component_id, attainment.period_id
    from {rows} as attainment
    left join core.dim_periods as periods using (period_id)
    left join core.dim_workers as workers using (worker_id)
    where workers.worker_id is null
        or workers.hire_date >= periods.ends_on or workers.termination_date <= periods.starts_on
    """

# A quota of which a finer one replaced months adds up no more; the finer ones do.
SPREAD = """
    with months as (
        select quarter_id as named_period, count(*) as month_count from core.dim_periods group by quarter_id
        union all
        select year_id, count(*) from core.dim_periods group by year_id
        union all
        select period_id, 1 from core.dim_periods
    )
    select quotas.worker_id, quotas.measure_id, quotas.quota_period, sum(quotas.quota_amount) as quota_amount,
        max(quotas.period_quota_amount) as delivered_amount
    from {rows} as quotas inner join months on quotas.quota_period = months.named_period
    group by quotas.worker_id, quotas.measure_id, quotas.quota_period, months.month_count
    having count(*) = months.month_count and sum(quotas.quota_amount) <> max(quotas.period_quota_amount)
    """

CREDITED = """
    with sides as (
        select worker_id, component_id, period_id, credited_amount, 0 as counted_amount from {rows}
        union all
        select worker_id, component_id, period_id, 0, sum(converted_amount) from quota.int_quota__plan_credits
        where period_id in (select period_id from core.dim_periods where status <> 'future')
        group by worker_id, component_id, period_id
    )
    select worker_id, component_id, period_id, sum(credited_amount) as credited_amount,
        sum(counted_amount) as counted_amount
    from sides group by worker_id, component_id, period_id having sum(credited_amount) <> sum(counted_amount)
    """

# Each credit meets the components of its measure, or none. Those that meet one count there, or are listed; a
# cancellation that does not count is listed once for all components, so it may be missing from a sum.
RECONCILED = """
    with met as (
        select assignments.component_id, credits.period_id, credits.currency,
            count(*) as credit_count, count(*) filter (credits.transaction_id <> credits.origin_transaction_id)
                as reversal_count
        from credit.fct_credits as credits
        left join quota.int_quota__component_assignments as assignments
            on credits.worker_id = assignments.worker_id
            and credits.measure_id = assignments.measure_id
            and credits.credit_date >= assignments.assigned_from
            and credits.credit_date < assignments.assigned_to
        group by assignments.component_id, credits.period_id, credits.currency
    ),
    sides as (
        select component_id, period_id, if(component_id is null, currency, null) as currency,
            credit_count as met, if(component_id is null, 0, reversal_count) as reversals, 0 as carried
        from met
        union all
        select component_id, period_id, null, 0, 0, count(*) from quota.int_quota__plan_credits
        group by component_id, period_id
        union all
        select component_id, period_id, if(component_id is null, currency, null), 0, 0, credit_count
        from quota.int_quota__uncounted_credits
    )
    select component_id, period_id, currency, sum(met) as met, sum(carried) as carried
    from sides group by component_id, period_id, currency
    having sum(carried) not between sum(met) - sum(reversals) and sum(met)
    """

WINDOWS = """
    select worker_id, component_id, period_id, credited_to_date, window_sum from (
        select *, sum(credited_amount) over (
            partition by worker_id, component_id, window_id order by month_index
        ) as window_sum
        from {rows}
    ) as months
    where credited_to_date <> window_sum
    """

# DuckDB gives a product of two decimals of 18 digits 18 digits, and overflows: one of them is made wider.
RATIOS = """
    select worker_id, component_id, period_id, credited_to_date, quota_to_date, quota_full_window, attainment_to_date,
        attainment_full_window
    from {rows}
    where component_source = 'credit' and (
        abs(cast(attainment_to_date as decimal(38, 8)) * quota_to_date - credited_to_date)
            > abs(cast(quota_to_date as decimal(38, 2))) * 0.00000001
        or abs(cast(attainment_full_window as decimal(38, 8)) * quota_full_window - credited_to_date)
            > abs(cast(quota_full_window as decimal(38, 2))) * 0.00000001
        or (attainment_to_date is null) <> (coalesce(quota_to_date, 0) = 0)
        or (attainment_full_window is null) <> (coalesce(quota_full_window, 0) = 0)
    )
    """

QUOTA = Room(
    ranges={
        ("fct_attainment", "active_share"): (0, 1),
        ("fct_attainment", "ramp_share"): (0, 10),
        ("fct_quotas", "month_weight"): (0, 100),
    },
    invariants=(
        Invariant("fct_quotas", "quotas_add_up_to_what_was_delivered", SPREAD, ("quota_amount", "delivered_amount")),
        Invariant("fct_attainment", "nothing_counts_in_the_future", IN_FUTURE),
        Invariant("fct_attainment", "nobody_counts_outside_employment", EMPLOYED),
        Invariant("fct_attainment", "credited_is_the_sum_of_credits", CREDITED, ("credited_amount", "counted_amount")),
        Invariant("fct_attainment", "credits_reconcile_by_month_and_component", RECONCILED, ("met", "carried")),
        Invariant("fct_attainment", "windows_add_up", WINDOWS, ("credited_to_date", "window_sum")),
        Invariant(
            "fct_attainment",
            "attainment_is_credited_over_quota",
            RATIOS,
            ("credited_to_date", "quota_to_date", "quota_full_window", "attainment_to_date", "attainment_full_window"),
        ),
    ),
)
