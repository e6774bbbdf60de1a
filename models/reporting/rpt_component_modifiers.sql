select
    steps.component_id,
    components.component_name,
    steps.by_component_id,
    by_components.component_name as by_component_name,
    steps.tier_from,
    steps.tier_to,
    steps.multiplier,
    steps.method,
    steps.next_from,
    steps.next_multiplier
from {{ ref('int_payout__modifier_steps') }} as steps
left join {{ ref('dim_plan_components') }} as components on steps.component_id = components.component_id
left join {{ ref('dim_plan_components') }} as by_components on steps.by_component_id = by_components.component_id
