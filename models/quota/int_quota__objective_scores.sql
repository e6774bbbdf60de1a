-- The objectives that count: those whose period is the component's window, with their score, given or actual ÷ target
-- (calculation.md §5). score is null where it is still missing.
with objectives as (
    select * from {{ ref('int_core__objectives') }}
),

windows as (
    select
        worker_id,
        component_id,
        window_id,
        min(last_plan_month_index) as known_month_index
    from {{ ref('int_quota__window_months') }}
    where component_source = 'objective'
    group by worker_id, component_id, window_id
)

select
    objectives.objective_id,
    objectives.worker_id,
    objectives.component_id,
    windows.window_id,
    windows.known_month_index,
    objectives.weight,
    case
        when objectives.score is not null then {{ dec('objectives.score', 18) }}
        else {{ div_round('objectives.actual_value', 'objectives.target_value', 18, 8, 8) }}
    end as score,
    objectives.raw_file,
    objectives.raw_row_number
from objectives
inner join windows
    on
        objectives.worker_id = windows.worker_id
        and objectives.component_id = windows.component_id
        and objectives.period = windows.window_id
