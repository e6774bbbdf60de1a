-- Credits that count on no plan of their worker, and those that no rate converts, summed so that a missing rate or a manager
-- without a plan is one line a month, not one a deal (calculation.md §5). component_id is null where there is no plan.
with matched as (
    select
        credits.worker_id,
        credits.measure_id,
        credits.period_id,
        credits.origin_period_id,
        credits.currency,
        credits.credit_amount,
        assignments.component_id,
        assignments.currency as plan_currency
    from {{ ref('fct_credits') }} as credits
    left join {{ ref('int_quota__component_assignments') }} as assignments
        on
            credits.worker_id = assignments.worker_id
            and credits.measure_id = assignments.measure_id
            and credits.credit_date >= assignments.assigned_from
            and credits.credit_date < assignments.assigned_to
    left join {{ ref('stg_rules__fx_rates') }} as rates
        on
            credits.origin_period_id = rates.period
            and credits.currency = rates.from_currency
            and assignments.currency = rates.to_currency
    where
        assignments.component_id is null
        or (
            assignments.is_money
            and rates.rate is null
            and (credits.currency is null or credits.currency <> assignments.currency)
        )
)

select
    worker_id,
    measure_id,
    component_id,
    period_id,
    case when component_id is not null then origin_period_id end as rate_period_id,
    currency,
    plan_currency,
    cast(sum(credit_amount) as {{ qty() }}) as credit_amount,
    count(*) as credit_count
from matched
group by
    worker_id,
    measure_id,
    component_id,
    period_id,
    case when component_id is not null then origin_period_id end,
    currency,
    plan_currency
