select
    source_system,
    adjustment_id,
    worker_id,
    component_id,
    period,
    amount,
    currency,
    reason,
    requested_by,
    approved_by,
    raw_load_id,
    raw_file,
    raw_row_number
from {{ accepted_rows('payout_adjustments') }} as accepted
