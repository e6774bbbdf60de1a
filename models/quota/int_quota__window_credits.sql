-- Credits of the window so far, month by month on the plan (calculation.md §5). Credits count on days on the plan only, so
-- no month in between is missing.
select
    window_months.worker_id,
    window_months.component_id,
    window_months.period_id,
    cast(coalesce(month_credits.credited_amount, 0) as {{ qty() }}) as credited_amount,
    cast(sum(coalesce(month_credits.credited_amount, 0)) over running_window as {{ qty() }}) as credited_to_date,
    cast(sum(coalesce(month_credits.margin_amount, 0)) over running_window as decimal(38, 12)) as margin_to_date,
    cast(sum(coalesce(month_credits.revenue_amount, 0)) over running_window as decimal(38, 12)) as revenue_to_date
from {{ ref('int_quota__window_months') }} as window_months
left join {{ ref('int_quota__month_credits') }} as month_credits
    on
        window_months.worker_id = month_credits.worker_id
        and window_months.component_id = month_credits.component_id
        and window_months.period_id = month_credits.period_id
where window_months.days_on_plan > 0 and window_months.status <> 'future'
window running_window as (
    partition by window_months.worker_id, window_months.component_id, window_months.window_id
    order by window_months.month_index
    rows between unbounded preceding and current row
)
