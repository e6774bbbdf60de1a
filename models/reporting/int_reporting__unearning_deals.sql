-- Credits that count and earned nothing, with the reason, for components that pay a rate of credit (calculation.md §6).
with unearning as (
    select
        worker_id,
        component_id,
        period_id,
        credit_id,
        transaction_id,
        sum(credit_part) as credit_amount,
        max(case when tier_from is null then 1 else 0 end) as is_outside_tiers,
        max(rate) as rate
    from {{ ref('fct_deal_earnings') }}
    where credit_id is not null
    group by worker_id, component_id, period_id, credit_id, transaction_id
    having max(abs(earned_amount)) = 0 and sum(credit_part) <> 0
)

select
    unearning.worker_id,
    unearning.component_id,
    unearning.period_id,
    unearning.credit_id,
    unearning.transaction_id,
    unearning.credit_amount as amount,
    case when components.measured_value in ('amount', 'margin') then components.currency end as currency,
    case
        when states.pay_state in ('below_threshold', 'no_quota', 'modifier_zero', 'no_matrix_tier', 'capped')
            then states.pay_state
        when unearning.is_outside_tiers = 1 or unearning.rate = 0 then 'below_first_tier'
        else 'less_than_a_cent'
    end as reason_code
from unearning
inner join {{ ref('dim_plan_components') }} as components on unearning.component_id = components.component_id
inner join {{ ref('int_reporting__next_tiers') }} as states
    on
        unearning.worker_id = states.worker_id
        and unearning.component_id = states.component_id
        and unearning.period_id = states.period_id
