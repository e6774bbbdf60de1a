-- The tiers of each component as they are applied: an empty end filled in, and those of a matrix by the band of the other
-- component's reading (calculation.md §6). A component without tiers has one from 0 at rate 1.
select
    component_id,
    band_from,
    band_to,
    tier_from,
    tier_to,
    rate,
    next_from,
    next_rate
from {{ ref('int_payout__tiers') }}
