-- Which credits count where, as ranges: a worker's days on a plan, for each of its components that a measure feeds
-- (calculation.md §5). Small, so that a credit finds its components in one hash join.
select
    assigned.worker_id,
    components.measure_id,
    components.component_id,
    components.plan_id,
    assigned.assigned_from,
    assigned.assigned_to,
    plans.currency,
    coalesce(measures.value in ('amount', 'margin'), true) as is_money,
    coalesce(components.tier_basis = 'margin', false) as reads_margin
from {{ ref('int_quota__assigned_days') }} as assigned
inner join {{ ref('stg_rules__plan_components') }} as components on assigned.plan_id = components.plan_id
inner join {{ ref('stg_rules__plans') }} as plans on assigned.plan_id = plans.plan_id
left join {{ ref('stg_rules__measures') }} as measures on components.measure_id = measures.measure_id
where components.component_source = 'credit'
