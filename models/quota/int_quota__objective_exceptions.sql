-- Objectives that don't count, or can't be scored when their window ends (calculation.md §5).
with known_windows as (
    select
        months.worker_id,
        months.component_id,
        months.window_id,
        months.period_id,
        cast(coalesce(objectives.total_weight, 0) as {{ share() }}) as total_weight
    from {{ ref('int_quota__window_months') }} as months
    left join {{ ref('int_quota__window_objectives') }} as objectives
        on
            months.worker_id = objectives.worker_id
            and months.component_id = objectives.component_id
            and months.window_id = objectives.window_id
    where
        months.component_source = 'objective'
        and months.status <> 'future'
        and months.month_index = months.last_plan_month_index
)

select
    'objective_weights' as kind,
    'warn' as severity,
    'objectives' as entity,
    worker_id || '|' || component_id || '|' || window_id as record_key,
    worker_id,
    period_id,
    cast(null as {{ qty() }}) as amount,
    cast(null as {{ dbt.type_string() }}) as currency,
    cast(null as {{ dbt.type_string() }}) as file,
    cast(null as bigint) as row_number,
    'weight' as column_name,
    cast(total_weight as {{ dbt.type_string() }}) as value,
    'The weights of the objectives of ' || worker_id || ' on ' || component_id || ' in ' || window_id
    || ' do not sum to 1; they are used as given.' as reason,
    'Correct the weights in objectives, or add the objectives that are missing.' as remedy
from known_windows
where total_weight <> 1
union all
select
    'objective_score_missing' as kind,
    'warn' as severity,
    'objectives' as entity,
    scores.objective_id as record_key,
    scores.worker_id,
    known_windows.period_id,
    cast(null as {{ qty() }}) as amount,
    cast(null as {{ dbt.type_string() }}) as currency,
    scores.raw_file as file,
    scores.raw_row_number as row_number,
    'score' as column_name,
    cast(null as {{ dbt.type_string() }}) as value,
    'The objective has neither a score nor an actual and a target value, and its window has ended; it counts 0.' as reason,
    'Deliver score, or actual_value and a target_value other than 0, in objectives.' as remedy
from {{ ref('int_quota__objective_scores') }} as scores
inner join known_windows
    on
        scores.worker_id = known_windows.worker_id
        and scores.component_id = known_windows.component_id
        and scores.window_id = known_windows.window_id
where scores.score is null
union all
select
    case when is_objective_component and is_window then 'objective_on_no_plan' else 'objective_period' end as kind,
    case when is_objective_component and is_window then 'info' else 'warn' end as severity,
    'objectives' as entity,
    objective_id as record_key,
    worker_id,
    cast(null as {{ dbt.type_string() }}) as period_id,
    cast(null as {{ qty() }}) as amount,
    cast(null as {{ dbt.type_string() }}) as currency,
    raw_file as file,
    raw_row_number as row_number,
    'period' as column_name,
    period as value,
    case
        when not is_objective_component then component_id || ' is not a component of objectives; it does not count.'
        when is_window then worker_id || ' is not on the plan of ' || component_id || ' in ' || period || '; it does not count.'
        else 'It is not a ' || pay_window || ', which is the window of ' || component_id || '; it does not count.'
    end as reason,
    'Correct period, component_id or worker_id in objectives, or the plan assignment.' as remedy
from {{ ref('int_quota__uncounted_objectives') }}
