-- Components whose pay, or that of another which reads them, needs a quota: tiers, threshold or cap on attainment, or a
-- matrix or modifier of another component (calculation.md §5–6). Without one they pay 0 and are reported.
with readings as (
    select cross_component_id as component_id
    from {{ ref('stg_rules__plan_components') }}
    where cross_component_id is not null
    union all
    select by_component_id as component_id
    from {{ ref('stg_rules__component_modifiers') }}
),

read_components as (
    select component_id
    from readings
    group by component_id
)

select
    components.component_id,
    components.quota_basis
from {{ ref('stg_rules__plan_components') }} as components
left join read_components on components.component_id = read_components.component_id
where
    components.component_source = 'credit'
    and (
        components.tier_basis = 'attainment'
        or components.threshold_attainment is not null
        or components.cap_attainment is not null
        or (components.tier_basis <> 'margin' and read_components.component_id is not null)
    )
