-- Every month of every window in which a worker is on a component's plan, on it or not, future or not: what the window's
-- quota is summed over (calculation.md §5). Rows of one window share window_id; last_plan_month_index is where it ends for
-- the worker.
with component_months as (
    select
        components.component_id,
        components.plan_id,
        components.measure_id,
        components.component_source,
        components.pay_window,
        plans.currency,
        plans.quota_proration,
        periods.period_id,
        periods.month_index,
        periods.days_in_month,
        periods.status,
        case components.pay_window
            when 'quarter' then periods.quarter_id
            when 'year' then periods.year_id
            else periods.period_id
        end as window_id
    from {{ ref('stg_rules__plan_components') }} as components
    inner join {{ ref('stg_rules__plans') }} as plans on components.plan_id = plans.plan_id
    cross join {{ ref('dim_periods') }} as periods
),

worker_windows as (
    select
        plan_months.worker_id,
        component_months.component_id,
        component_months.window_id,
        max(component_months.month_index) as last_plan_month_index
    from {{ ref('int_quota__plan_months') }} as plan_months
    inner join component_months
        on plan_months.plan_id = component_months.plan_id and plan_months.period_id = component_months.period_id
    group by plan_months.worker_id, component_months.component_id, component_months.window_id
)

select
    worker_windows.worker_id,
    component_months.component_id,
    component_months.window_id,
    component_months.period_id,
    component_months.month_index,
    component_months.plan_id,
    component_months.measure_id,
    component_months.component_source,
    component_months.pay_window,
    component_months.currency,
    component_months.quota_proration,
    component_months.status,
    component_months.days_in_month,
    worker_windows.last_plan_month_index,
    coalesce(plan_months.days_on_plan, 0) as days_on_plan,
    coalesce(plan_months.active_days, 0) as active_days,
    component_months.month_index - hire_months.hire_month_index + 1 as tenure_month
from worker_windows
inner join component_months
    on worker_windows.component_id = component_months.component_id and worker_windows.window_id = component_months.window_id
left join {{ ref('int_quota__plan_months') }} as plan_months
    on
        worker_windows.worker_id = plan_months.worker_id
        and component_months.plan_id = plan_months.plan_id
        and component_months.period_id = plan_months.period_id
left join {{ ref('int_quota__hire_months') }} as hire_months on worker_windows.worker_id = hire_months.worker_id
