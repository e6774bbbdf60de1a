-- Who needs least to reach the next tier? One row per payee and component of a month; the missing credit is in currency
-- (or in units, for a quantity or count).
-- period: a month, such as FY2026-M09. manager: an optional id.
select
    worker_name,
    worker_id,
    manager_name,
    component_name,
    attainment_share,
    tier_rate,
    next_tier_from,
    next_tier_rate,
    next_tier_credit_amount,
    currency
from marts.rpt_attainment
where period_id = {{period}}
    and next_tier_credit_amount > 0
    [[and manager_worker_id = {{manager}}]]
order by next_tier_credit_amount / nullif(quota_to_date, 0), worker_id, component_id
