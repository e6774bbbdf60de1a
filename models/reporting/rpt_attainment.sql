-- Where everybody stands, month by month, wide enough to be read alone (calculation.md §8).
with attainment as (
    select
        attainment.*,
        components.plan_name,
        components.component_name,
        components.measure_name,
        components.quota_basis,
        case
            when components.quota_basis = 'full_window' then attainment.attainment_full_window
            else attainment.attainment_to_date
        end as attainment_share
    from {{ ref('fct_attainment') }} as attainment
    inner join {{ ref('dim_plan_components') }} as components on attainment.component_id = components.component_id
),

-- Of equals, each has the best rank; who has no attainment has none.
ranked as (
    select
        attainment.*,
        case when attainment_share is not null then rank() over (
                    partition by component_id, period_id, case when attainment_share is null then 1 else 0 end
                    order by attainment_share desc nulls last
                )
        end as attainment_rank
    from attainment
)

select
    ranked.period_id,
    ranked.worker_id,
    workers.worker_name,
    workers.job_title,
    workers.sales_role,
    workers.manager_worker_id,
    workers.manager_name,
    workers.territory_names,
    workers.target_variable_pay_share,
    ranked.plan_id,
    ranked.plan_name,
    ranked.component_id,
    ranked.component_name,
    ranked.measure_id,
    ranked.measure_name,
    ranked.window_id,
    ranked.quota_basis,
    ranked.currency,
    ranked.active_share,
    ranked.ramp_share,
    ranked.prorated_quota_amount,
    ranked.quota_to_date,
    ranked.quota_full_window,
    ranked.credited_amount,
    ranked.credited_to_date,
    ranked.attainment_to_date,
    ranked.attainment_full_window,
    ranked.attainment_share,
    cast(ranked.attainment_rank as integer) as attainment_rank,
    earnings.earned_amount,
    earnings.earned_to_date,
    due.due_period_id,
    tiers.tier_from,
    tiers.tier_rate,
    tiers.next_tier_from,
    tiers.next_tier_rate,
    cast(tiers.next_tier_credit_amount as {{ money() }}) as next_tier_credit_amount,
    cast(tiers.threshold_credit_amount as {{ money() }}) as threshold_credit_amount,
    tiers.pay_state
from ranked
inner join {{ ref('fct_earnings') }} as earnings
    on
        ranked.worker_id = earnings.worker_id
        and ranked.component_id = earnings.component_id
        and ranked.period_id = earnings.period_id
inner join {{ ref('int_reporting__next_tiers') }} as tiers
    on
        ranked.worker_id = tiers.worker_id
        and ranked.component_id = tiers.component_id
        and ranked.period_id = tiers.period_id
left join {{ ref('int_payout__earned_periods') }} as due
    on
        ranked.worker_id = due.worker_id
        and ranked.component_id = due.component_id
        and ranked.period_id = due.earned_period_id
left join {{ ref('int_reporting__worker_months') }} as workers
    on ranked.worker_id = workers.worker_id and ranked.period_id = workers.period_id
