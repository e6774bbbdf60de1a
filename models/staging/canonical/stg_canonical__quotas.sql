select
    'canonical' as source_system,
    worker_id,
    measure_id,
    period,
    quota_amount,
    {{ provenance() }}
from {{ current_rows('raw_canonical', 'quotas') }} as landed
