select
    'canonical' as source_system,
    worker_id,
    valid_from,
    valid_to,
    base_salary,
    target_incentive,
    currency,
    {{ provenance() }}
from {{ current_rows('raw_canonical', 'worker_compensation') }} as landed
