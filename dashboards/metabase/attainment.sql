-- Who stands where against quota? One row per payee and component of a month, highest attainment first.
-- quota_basis says of which quota the share is: full_window, of the whole window's, not of the quota to date.
-- period: a month, such as FY2026-M09. manager, plan: optional ids.
select
    worker_name,
    worker_id,
    manager_name,
    plan_name,
    component_name,
    window_id,
    attainment_rank,
    attainment_share,
    quota_basis,
    credited_to_date,
    quota_to_date,
    earned_to_date,
    currency
from marts.rpt_attainment
where period_id = {{period}}
    and attainment_share is not null
    [[and manager_worker_id = {{manager}}]]
    [[and plan_id = {{plan}}]]
order by attainment_share desc, worker_id, component_id
