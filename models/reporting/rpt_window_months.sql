-- What each month adds to its window's quota and target incentive, future months too: quota_full_window and base_amount of the
-- marts are sums over these rows (calculation.md §5 and §6). The month's incentive is before the component's weight.
select
    quotas.worker_id,
    workers.worker_name,
    quotas.component_id,
    components.component_name,
    quotas.period_id,
    quotas.window_id,
    periods.status,
    quotas.days_on_plan,
    months.active_days,
    periods.days_in_month,
    cast(months.tenure_month as integer) as tenure_month,
    quotas.active_share,
    quotas.ramp_share,
    delivered.quota_period,
    delivered.period_quota_amount,
    delivered.month_weight,
    delivered.period_weight,
    quotas.quota_amount,
    quotas.prorated_quota_amount,
    incentives.target_incentive as annual_incentive,
    incentives.currency as incentive_currency,
    incentives.rate as incentive_rate,
    cast({{ div_round('incentives.incentive_parts', '4530960', 8, 10, 0) }} as {{ rate() }}) as incentive_amount,
    components.currency
from {{ ref('int_quota__window_quotas') }} as quotas
inner join {{ ref('dim_periods') }} as periods on quotas.period_id = periods.period_id
inner join {{ ref('dim_plan_components') }} as components on quotas.component_id = components.component_id
inner join {{ ref('int_quota__window_months') }} as months
    on
        quotas.worker_id = months.worker_id
        and quotas.component_id = months.component_id
        and quotas.period_id = months.period_id
left join {{ ref('dim_workers') }} as workers on quotas.worker_id = workers.worker_id
left join {{ ref('fct_quotas') }} as delivered
    on
        quotas.worker_id = delivered.worker_id
        and components.measure_id = delivered.measure_id
        and quotas.period_id = delivered.period_id
-- The key is null for components that pay on none: a condition on the left side alone would turn the join into a loop.
left join {{ ref('int_payout__incentive_months') }} as incentives
    on
        quotas.worker_id = incentives.worker_id
        and case when components.payout_basis = 'target_incentive' then components.plan_id end = incentives.plan_id
        and quotas.period_id = incentives.period_id
