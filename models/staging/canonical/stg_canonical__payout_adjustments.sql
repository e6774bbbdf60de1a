select
    'canonical' as source_system,
    adjustment_id,
    worker_id,
    component_id,
    period,
    amount,
    currency,
    reason,
    requested_by,
    approved_by,
    {{ provenance() }}
from {{ current_rows('raw_canonical', 'payout_adjustments') }} as landed
