select
    component_id,
    tier_from,
    cross_from,
    tier_to,
    cross_to,
    rate
from {{ ref('rate_tiers') }}
