select
    component_id,
    by_component_id,
    tier_from,
    tier_to,
    multiplier,
    coalesce(method, 'step') as method
from {{ ref('component_modifiers') }}
