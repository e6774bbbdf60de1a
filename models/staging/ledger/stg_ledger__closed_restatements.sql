select
    payout_line_id,
    cause,
    entity,
    record_key,
    column_name,
    old_value,
    new_value,
    {{ provenance() }}
from {{ current_rows('raw_ledger', 'closed_restatements') }} as landed
