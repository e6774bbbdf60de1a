-- What the objectives of a worker came to: attainment of such a component is the sum of weight × score (calculation.md §5).
select
    objectives.objective_id,
    objectives.worker_id,
    objectives.component_id,
    objectives.period as window_id,
    objectives.objective_name,
    objectives.weight,
    objectives.target_value,
    objectives.actual_value,
    cast(scores.score as {{ rate() }}) as score
from {{ ref('int_core__objectives') }} as objectives
left join {{ ref('int_quota__objective_scores') }} as scores on objectives.objective_id = scores.objective_id
