-- Whether a component does what it was made for: how many reach it, and whether pay follows performance (calculation.md §8).
-- Excellence is 1.25 of the quota or more. The correlation is a statistic, the only number here that isn't exact.
with payees as (
    select
        attainment.*,
        coalesce(components.threshold_attainment, 0) as threshold_share
    from {{ ref('rpt_attainment') }} as attainment
    inner join {{ ref('dim_plan_components') }} as components on attainment.component_id = components.component_id
),

counted as (
    select
        period_id,
        component_id,
        component_name,
        plan_name,
        currency,
        count(*) as payee_count,
        case when count(attainment_share) > 0 then count(*) end as measured_count,  -- nobody has attainment on a SPIFF
        sum(case when attainment_share > 0 and attainment_share >= threshold_share then 1 else 0 end) as threshold_count,
        sum(case when attainment_share >= 1 then 1 else 0 end) as target_count,
        sum(case when attainment_share >= 1.25 then 1 else 0 end) as excellence_count,
        sum(earned_to_date) as earned_to_date,
        corr(attainment_share, earned_to_date) as pay_performance_correlation
    from payees
    group by period_id, component_id, component_name, plan_name, currency
)

select
    period_id,
    component_id,
    component_name,
    plan_name,
    currency,
    cast(payee_count as integer) as payee_count,
    cast({{ div_round('threshold_count', 'measured_count', 8, 0, 0) }} as {{ rate() }}) as threshold_share,
    cast({{ div_round('target_count', 'measured_count', 8, 0, 0) }} as {{ rate() }}) as target_share,
    cast({{ div_round('excellence_count', 'measured_count', 8, 0, 0) }} as {{ rate() }}) as excellence_share,
    -- A statistic of floats: it may lie a hair beyond 1, and is no number where all are equal.
    cast(case
        when pay_performance_correlation between -1.001 and 1.001 then greatest(-1, least(1, pay_performance_correlation))
    end as {{ rate() }}) as pay_performance_correlation,
    cast(earned_to_date as {{ money() }}) as earned_to_date
from counted
