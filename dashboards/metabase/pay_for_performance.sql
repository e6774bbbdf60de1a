-- Does a component pay for performance? Shares of payees at threshold, quota and 125 %, and how closely pay follows
-- attainment (1 = exactly).
-- period: a month, such as FY2026-M09.
select
    plan_name,
    component_name,
    payee_count,
    threshold_share,
    target_share,
    excellence_share,
    pay_performance_correlation,
    earned_to_date,
    currency
from marts.rpt_plan_effectiveness
where period_id = {{period}}
order by plan_name, component_id
