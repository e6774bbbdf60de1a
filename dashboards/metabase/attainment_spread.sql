-- How is attainment spread? Payees of a month by component and step of 25 % of quota.
-- period: a month, such as FY2026-M09. component: an optional id.
select
    plan_name,
    component_name,
    band_from,
    band_to,
    payee_count,
    payee_share
from marts.rpt_attainment_distribution
where period_id = {{period}}
    [[and component_id = {{component}}]]
order by plan_name, component_id, band_from
