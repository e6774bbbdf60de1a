-- Open adjustments with the months whose credits and shares count for them: those of the window up to the earned month.
with adjustments as (
    select
        payouts.payout_line_id,
        payouts.worker_id,
        payouts.component_id,
        payouts.earned_period_id,
        components.plan_id,
        components.measure_id,
        coalesce(components.pay_window, 'month') as pay_window,
        earned.quarter_id,
        earned.year_id,
        earned.month_index
    from {{ ref('fct_payouts') }} as payouts
    inner join {{ ref('stg_rules__plan_components') }} as components on payouts.component_id = components.component_id
    inner join {{ ref('dim_periods') }} as earned on payouts.earned_period_id = earned.period_id
    where payouts.line_type = 'adjustment' and not payouts.is_settled
)

select
    adjustments.payout_line_id,
    adjustments.worker_id,
    adjustments.component_id,
    adjustments.plan_id,
    adjustments.measure_id,
    adjustments.year_id,
    months.period_id,
    adjustments.earned_period_id
from adjustments
inner join {{ ref('dim_periods') }} as months
    on
        adjustments.month_index >= months.month_index
        and (
            adjustments.month_index = months.month_index
            or (adjustments.pay_window = 'quarter' and adjustments.quarter_id = months.quarter_id)
            or (adjustments.pay_window = 'year' and adjustments.year_id = months.year_id)
        )
