-- The tiers of each component as they are applied: an empty end filled in, and those of a matrix by the band of the other
-- component's reading (calculation.md §6). A component without tiers has one from 0 at rate 1.
select
    tiers.component_id,
    components.component_name,
    tiers.band_from,
    tiers.band_to,
    tiers.tier_from,
    tiers.tier_to,
    tiers.rate,
    tiers.next_from,
    tiers.next_rate
from {{ ref('int_payout__tiers') }} as tiers
left join {{ ref('dim_plan_components') }} as components on tiers.component_id = components.component_id
