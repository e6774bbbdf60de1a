select
    credit_id,
    transaction_id,
    worker_id,
    measure_id,
    period as period_id,
    credit_amount,
    currency,
    {{ provenance() }}
from {{ current_rows('raw_ledger', 'closed_credits') }} as landed
