select
    'canonical' as source_system,
    worker_id,
    plan_id,
    valid_from,
    valid_to,
    target_incentive,
    {{ provenance() }}
from {{ current_rows('raw_canonical', 'plan_assignments') }} as landed
