-- The target incentive of a component, weight included, to the window's date or over the whole window (calculation.md §6). A
-- month's share of its days is carried in 377580ths, which the days of every month divide, and the year's twelfths with it:
-- one division in all, so that three months at 20/30 are two months exactly.
with attainment as (
    select * from {{ ref('fct_attainment') }}
),

components as (
    select * from {{ ref('stg_rules__plan_components') }}
    where payout_basis = 'target_incentive'
),

months as (
    select * from {{ ref('int_payout__incentive_months') }}
),

periods as (
    select * from {{ ref('dim_periods') }}
),

summed as (
    select
        attainment.worker_id,
        attainment.component_id,
        attainment.period_id,
        components.weight,
        coalesce(sum(case
            when components.component_source = 'objective' or components.quota_basis = 'full_window'
                or month_periods.month_index <= periods.month_index
                then months.incentive_parts
        end), 0) as incentive_parts
    from attainment
    inner join components on attainment.component_id = components.component_id
    inner join periods on attainment.period_id = periods.period_id
    left join periods as month_periods
        on
            periods.year_id = month_periods.year_id
            and (components.pay_window = 'year' or periods.quarter_id = month_periods.quarter_id)
            and (components.pay_window in ('quarter', 'year') or periods.period_id = month_periods.period_id)
    left join months
        on
            attainment.worker_id = months.worker_id
            and components.plan_id = months.plan_id
            and month_periods.period_id = months.period_id
    group by attainment.worker_id, attainment.component_id, attainment.period_id, components.weight
)

select
    worker_id,
    component_id,
    period_id,
    {{ dec(payout_times(payout_ratio('incentive_parts', '4530960', 10, 0), dec('weight', 18)), 18) }} as incentive_amount
from summed
