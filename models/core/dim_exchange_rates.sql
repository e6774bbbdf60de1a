select
    period as period_id,
    from_currency,
    to_currency,
    rate
from {{ ref('stg_rules__fx_rates') }}
