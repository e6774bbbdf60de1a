-- How is attainment spread? Payees of a month by steps of 25 % of quota.
-- period: a month, such as FY2026-M09. component: an optional id.
select
    band_from,
    band_to,
    sum(payee_count) as payees
from marts.rpt_attainment_distribution
where period_id = {{period}}
    [[and component_id = {{component}}]]
group by band_from, band_to
order by band_from
