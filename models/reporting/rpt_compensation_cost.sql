-- What pay costs against what it brought in, by earned month, plan and role (calculation.md §8).
with payouts as (
    select
        payouts.earned_period_id as period_id,
        components.plan_id,
        workers.sales_role,
        payouts.currency,
        sum(payouts.amount) as payout_amount,
        count(distinct payouts.worker_id) as payee_count
    from {{ ref('fct_payouts') }} as payouts
    left join {{ ref('dim_plan_components') }} as components on payouts.component_id = components.component_id
    left join {{ ref('int_reporting__worker_months') }} as workers
        on payouts.worker_id = workers.worker_id and payouts.earned_period_id = workers.period_id
    group by payouts.earned_period_id, components.plan_id, workers.sales_role, payouts.currency
),

-- Components of one plan that share a measure share its credits: each measure counts once.
credited_measures as (
    select
        attainment.worker_id,
        attainment.plan_id,
        attainment.period_id,
        attainment.currency,
        attainment.measure_id,
        max(attainment.credited_amount) as credited_amount
    from {{ ref('fct_attainment') }} as attainment
    inner join {{ ref('dim_plan_components') }} as components on attainment.component_id = components.component_id
    where components.measured_value = 'amount'
    group by attainment.worker_id, attainment.plan_id, attainment.period_id, attainment.currency, attainment.measure_id
),

credited as (
    select
        credited_measures.period_id,
        credited_measures.plan_id,
        workers.sales_role,
        credited_measures.currency,
        sum(credited_measures.credited_amount) as credited_amount
    from credited_measures
    left join {{ ref('int_reporting__worker_months') }} as workers
        on credited_measures.worker_id = workers.worker_id and credited_measures.period_id = workers.period_id
    group by credited_measures.period_id, credited_measures.plan_id, workers.sales_role, credited_measures.currency
),

both_sides as (
    select period_id, plan_id, sales_role, currency, payout_amount, payee_count, 0 as credited_amount from payouts
    union all
    select period_id, plan_id, sales_role, currency, 0 as payout_amount, 0 as payee_count, credited_amount from credited
),

totals as (
    select
        period_id,
        plan_id,
        sales_role,
        currency,
        cast(sum(payout_amount) as {{ money() }}) as payout_amount,
        cast(sum(payee_count) as integer) as payee_count,
        cast(sum(credited_amount) as {{ money() }}) as credited_amount
    from both_sides
    group by period_id, plan_id, sales_role, currency
),

plans as (
    select plan_id, min(plan_name) as plan_name from {{ ref('dim_plan_components') }}
    group by plan_id
)

select
    totals.period_id,
    totals.plan_id,
    plans.plan_name,
    totals.sales_role,
    totals.currency,
    totals.payee_count,
    totals.payout_amount,
    totals.credited_amount,
    cast({{ div_round('totals.payout_amount', 'totals.credited_amount', 8, 2, 2) }} as {{ rate() }}) as cost_of_sales_share
from totals
left join plans on totals.plan_id = plans.plan_id
