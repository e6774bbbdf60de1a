-- The contract's `window` is a reserved word of SQL: it is pay_window from here on.
select
    component_id,
    plan_id,
    component_name,
    coalesce(component_source, 'credit') as component_source,
    measure_id,
    coalesce(payout_basis, 'credit') as payout_basis,
    cast(coalesce(weight, 1) as {{ share() }}) as weight,
    coalesce(rules.window, 'month') as pay_window,
    coalesce(quota_basis, 'to_date') as quota_basis,
    coalesce(tier_basis, 'attainment') as tier_basis,
    coalesce(tier_method, 'marginal') as tier_method,
    cross_component_id,
    coalesce(payment_frequency, 'month') as payment_frequency,
    threshold_attainment,
    cap_attainment,
    cap_amount,
    release_event,
    cast(coalesce(release_share_at_booking, 0) as {{ share() }}) as release_share_at_booking
from {{ ref('plan_components') }} as rules
