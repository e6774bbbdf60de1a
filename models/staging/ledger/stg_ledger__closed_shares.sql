select
    worker_id,
    component_id,
    period as period_id,
    active_share,
    ramp_share,
    objective_score,
    {{ provenance() }}
from {{ current_rows('raw_ledger', 'closed_shares') }} as landed
