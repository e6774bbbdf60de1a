-- Windows without the quota that their tiers need, and windows of which a worker has only a part while the whole quota
-- stands (calculation.md §5). One line a window, not one a month.
with windows_without_quota as (
    select
        attainment.worker_id,
        attainment.component_id,
        attainment.window_id,
        attainment.measure_id,
        min(attainment.period_id) as period_id
    from {{ ref('fct_attainment') }} as attainment
    inner join {{ ref('int_quota__quota_readers') }} as readers on attainment.component_id = readers.component_id
    where
        coalesce(
            case when readers.quota_basis = 'full_window' then attainment.quota_full_window else attainment.quota_to_date end, 0
        ) = 0
    group by attainment.worker_id, attainment.component_id, attainment.window_id, attainment.measure_id
),

parts_of_windows as (
    select
        worker_id,
        component_id,
        plan_id,
        window_id,
        min(case when days_on_plan > 0 then period_id end) as period_id,
        min(case when days_on_plan > 0 then month_index end) as first_plan_month_index,
        min(case when status = 'future' then month_index end) as first_future_month_index,
        sum(days_on_plan) as days_on_plan,
        sum(days_in_month) as days_in_window
    from {{ ref('int_quota__window_months') }}
    where component_source = 'credit' and quota_proration = 'none'
    group by worker_id, component_id, plan_id, window_id
)

select
    'missing_quota' as kind,
    'warn' as severity,
    'quotas' as entity,
    worker_id || '|' || component_id || '|' || window_id as record_key,
    worker_id,
    period_id,
    cast(null as {{ qty() }}) as amount,
    cast(null as {{ dbt.type_string() }}) as currency,
    cast(null as {{ dbt.type_string() }}) as file,
    cast(null as bigint) as row_number,
    'quota_amount' as column_name,
    measure_id as value,
    worker_id || ' has no quota, or one of 0, for ' || coalesce(measure_id, '(no measure)') || ' in ' || window_id || '; '
    || component_id || ' pays 0 while that is so.' as reason,
    'Deliver the quota in quotas, or end the plan assignment.' as remedy
from windows_without_quota
union all
select
    'part_of_window' as kind,
    'info' as severity,
    'plan_assignments' as entity,
    worker_id || '|' || component_id || '|' || window_id as record_key,
    worker_id,
    period_id,
    cast(null as {{ qty() }}) as amount,
    cast(null as {{ dbt.type_string() }}) as currency,
    cast(null as {{ dbt.type_string() }}) as file,
    cast(null as bigint) as row_number,
    'quota_proration' as column_name,
    plan_id as value,
    worker_id || ' is on the plan for ' || cast(days_on_plan as {{ dbt.type_string() }}) || ' of the '
    || cast(days_in_window as {{ dbt.type_string() }}) || ' days of ' || window_id || '; its whole quota counts.' as reason,
    'Nothing, if that is meant; else set quota_proration to active_days, or correct the quota.' as remedy
from parts_of_windows
where
    days_on_plan < days_in_window
    and (first_future_month_index is null or first_plan_month_index < first_future_month_index)
