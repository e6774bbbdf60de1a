select
    'canonical' as source_system,
    worker_id,
    draw_type,
    valid_from,
    valid_to,
    amount_per_month,
    currency,
    recovery_share,
    recovery_from,
    {{ provenance() }}
from {{ current_rows('raw_canonical', 'draws') }} as landed
