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
    -- By somebody else: nobody approves their own request.
    coalesce(lower(approved_by) <> lower(coalesce(requested_by, '')), false) as is_approved,
    raw_load_id,
    raw_file,
    raw_row_number
from {{ accepted_rows('payout_adjustments') }} as accepted
