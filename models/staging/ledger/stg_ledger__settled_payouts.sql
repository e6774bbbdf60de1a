select
    worker_id,
    component_id,
    earned_period as earned_period_id,
    pay_period as pay_period_id,
    line_type,
    amount,
    currency,
    payroll_amount,
    payroll_currency,
    {{ provenance() }}
from {{ current_rows('raw_ledger', 'settled_payouts') }} as landed
