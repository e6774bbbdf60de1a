-- Objectives that count in no window of their component: wrong component, wrong period, or a worker not on its plan then
-- (calculation.md §5). is_window says whether the period is one of the component's windows at all.
with window_names as (
    select 'month' as pay_window, period_id as window_id
    from {{ ref('dim_periods') }}
    union all
    select 'quarter' as pay_window, quarter_id as window_id
    from {{ ref('dim_periods') }}
    where month_of_year in (3, 6, 9, 12)
    union all
    select 'year' as pay_window, year_id as window_id
    from {{ ref('dim_periods') }}
    where month_of_year = 12
)

select
    objectives.objective_id,
    objectives.worker_id,
    objectives.component_id,
    objectives.period,
    components.pay_window,
    coalesce(components.component_source = 'objective', false) as is_objective_component,
    coalesce(window_names.window_id is not null, false) as is_window,
    objectives.raw_file,
    objectives.raw_row_number
from {{ ref('int_core__objectives') }} as objectives
left join {{ ref('int_quota__objective_scores') }} as scores on objectives.objective_id = scores.objective_id
left join {{ ref('stg_rules__plan_components') }} as components on objectives.component_id = components.component_id
left join window_names on objectives.period = window_names.window_id and components.pay_window = window_names.pay_window
where scores.objective_id is null
