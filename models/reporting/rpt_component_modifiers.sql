select
    component_id,
    by_component_id,
    tier_from,
    tier_to,
    multiplier,
    method,
    next_from,
    next_multiplier
from {{ ref('int_payout__modifier_steps') }}
