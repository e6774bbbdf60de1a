-- Do people earn what their plan promises at quota? Earned beside the target incentive, by quarter, plan and currency, of
-- components that pay on one.
-- plan: an optional id.
select
    periods.quarter_id,
    attainment.plan_name,
    attainment.currency,
    sum(cast(cast(months.incentive_amount as decimal(26, 8)) * components.weight as decimal(18, 2))) as target_incentive,
    sum(attainment.earned_amount) as earned
from marts.rpt_attainment as attainment
inner join marts.rpt_window_months as months
    on attainment.worker_id = months.worker_id
    and attainment.component_id = months.component_id
    and attainment.period_id = months.period_id
inner join marts.dim_plan_components as components on attainment.component_id = components.component_id
inner join marts.dim_periods as periods on attainment.period_id = periods.period_id
where months.incentive_amount is not null
    [[and attainment.plan_id = {{plan}}]]
group by periods.quarter_id, attainment.plan_id, attainment.plan_name, attainment.currency
order by periods.quarter_id, attainment.plan_id, attainment.currency
