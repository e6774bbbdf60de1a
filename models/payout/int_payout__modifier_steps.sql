-- The tiers of each modifier, from and to, with the next point for those read along straight lines (calculation.md §6).
with modifiers as (
    select * from {{ ref('stg_rules__component_modifiers') }}
),

placed as (
    select
        *,
        lead(tier_from) over (partition by component_id, by_component_id order by tier_from) as next_from,
        lead(multiplier) over (partition by component_id, by_component_id order by tier_from) as next_multiplier
    from modifiers
)

select
    component_id,
    by_component_id,
    tier_from,
    coalesce(tier_to, next_from) as tier_to,
    multiplier,
    method,
    case when method = 'linear' then next_from end as next_from,
    case when method = 'linear' then next_multiplier end as next_multiplier
from placed
