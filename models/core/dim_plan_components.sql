-- The parts of each plan with the names that people know them by: what a report joins to say what is paid for.
select
    components.component_id,
    coalesce(components.component_name, components.component_id) as component_name,
    components.plan_id,
    coalesce(plans.plan_name, plans.plan_id) as plan_name,
    plans.currency,
    components.component_source,
    components.measure_id,
    coalesce(measures.measure_name, measures.measure_id) as measure_name,
    measures.value as measured_value,
    components.payout_basis,
    components.weight,
    components.pay_window,
    components.quota_basis,
    components.tier_basis,
    components.tier_method,
    components.payment_frequency,
    components.threshold_attainment,
    components.cap_attainment,
    components.cap_amount,
    components.cross_component_id,
    components.release_event,
    components.release_share_at_booking,
    plans.quota_proration,
    plans.incentive_proration
from {{ ref('stg_rules__plan_components') }} as components
inner join {{ ref('stg_rules__plans') }} as plans on components.plan_id = plans.plan_id
left join {{ ref('stg_rules__measures') }} as measures on components.measure_id = measures.measure_id
