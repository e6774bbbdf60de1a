select
    'canonical' as source_system,
    objective_id,
    worker_id,
    component_id,
    period,
    objective_name,
    weight,
    target_value,
    actual_value,
    score,
    {{ provenance() }}
from {{ current_rows('raw_canonical', 'objectives') }} as landed
