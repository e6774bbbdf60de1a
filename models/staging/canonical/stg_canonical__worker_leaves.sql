select
    'canonical' as source_system,
    worker_id,
    leave_from,
    leave_to,
    leave_type,
    is_paid,
    {{ provenance() }}
from {{ current_rows('raw_canonical', 'worker_leaves') }} as landed
