-- Which teams are ahead, which behind? The middle attainment below each manager in a month, and
-- the share at quota; who has two components counts with each.
-- period: a month, such as FY2026-M09.
select
    manager_worker_id,
    manager_name,
    count(distinct worker_id) as payees,
    percentile_cont(0.5) within group (order by attainment_share) as median_attainment,
    avg(case when attainment_share >= 1 then 1.0 else 0.0 end) as at_quota_share
from marts.rpt_attainment
where period_id = {{period}}
    and attainment_share is not null
    and manager_worker_id is not null
group by manager_worker_id, manager_name
order by median_attainment desc, manager_worker_id
