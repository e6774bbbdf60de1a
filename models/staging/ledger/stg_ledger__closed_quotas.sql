select
    worker_id,
    measure_id,
    period as period_id,
    quota_amount,
    {{ provenance() }}
from {{ current_rows('raw_ledger', 'closed_quotas') }} as landed
