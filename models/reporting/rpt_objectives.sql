-- What the objectives of a worker came to: attainment of such a component is the sum of weight × score (calculation.md §5).
select
    objectives.objective_id,
    objectives.worker_id,
    workers.worker_name,
    objectives.component_id,
    components.component_name,
    objectives.period as window_id,
    objectives.objective_name,
    objectives.weight,
    objectives.target_value,
    objectives.actual_value,
    cast(scores.score as {{ rate() }}) as score
from {{ ref('int_core__objectives') }} as objectives
left join {{ ref('dim_workers') }} as workers on objectives.worker_id = workers.worker_id
left join {{ ref('dim_plan_components') }} as components on objectives.component_id = components.component_id
left join {{ ref('int_quota__objective_scores') }} as scores on objectives.objective_id = scores.objective_id
