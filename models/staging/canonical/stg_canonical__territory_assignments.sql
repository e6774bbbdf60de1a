select
    'canonical' as source_system,
    territory_id,
    worker_id,
    assignment_role,
    valid_from,
    valid_to,
    credit_share,
    {{ provenance() }}
from {{ current_rows('raw_canonical', 'territory_assignments') }} as landed
