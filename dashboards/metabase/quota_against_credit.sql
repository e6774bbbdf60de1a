-- How much of each plan's quota is credited? One row per component of a month; to date, in currency (or in units).
-- period: a month, such as FY2026-M09.
select
    plan_name,
    component_name,
    currency,
    count(*) as payees,
    sum(quota_to_date) as quota,
    sum(credited_to_date) as credited,
    sum(credited_to_date) / nullif(sum(quota_to_date), 0) as credited_share
from marts.rpt_attainment
where period_id = {{period}}
    and quota_to_date is not null
group by plan_name, component_id, component_name, currency
order by credited_share desc, component_id
