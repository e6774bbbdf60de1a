select
    period,
    from_currency,
    to_currency,
    rate
from {{ ref('fx_rates') }}
