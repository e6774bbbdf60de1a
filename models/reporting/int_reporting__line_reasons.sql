-- Why each payout line is there, in words. A settled line stands as it was closed: where its month comes to something else
-- today, it says so (is_restated) and names the months that pay the adjustments.
with calculated as (
    select
        'earning' as line_type,
        worker_id,
        component_id,
        period_id,
        currency,
        earned_amount as amount
    from {{ ref('fct_earnings') }}
    union all
    select
        'hold' as line_type,
        worker_id,
        component_id,
        earned_period_id as period_id,
        currency,
        -sum(held_amount) as amount
    from {{ ref('int_payout__holds') }}
    group by worker_id, component_id, earned_period_id, currency
),

restated as (
    select payouts.payout_line_id
    from {{ ref('fct_payouts') }} as payouts
    left join calculated
        on
            payouts.line_type = calculated.line_type
            and payouts.worker_id = calculated.worker_id
            and payouts.component_id = calculated.component_id
            and payouts.earned_period_id = calculated.period_id
            and payouts.currency = calculated.currency
    where
        payouts.is_settled
        and payouts.line_type in ('earning', 'hold')
        and payouts.amount <> coalesce(calculated.amount, 0)
),

adjusted as (
    select
        worker_id,
        component_id,
        earned_period_id,
        {{ text_list('pay_period_id', 'pay_period_id') }} as pay_period_ids
    from (
        select distinct worker_id, component_id, earned_period_id, pay_period_id
        from {{ ref('fct_payouts') }}
        where line_type = 'adjustment'
    ) as months
    group by worker_id, component_id, earned_period_id
),

reasoned as (
    select
        payouts.payout_line_id,
        restated.payout_line_id is not null as is_restated,
        adjusted.pay_period_ids,
        case payouts.line_type
            when 'manual' then coalesce(adjustments.reason, 'Adjusted by hand.')
            when 'adjustment' then 'The month was calculated again: the difference to what was paid before.'
            when 'draw' then 'Advance: what is missing to the draw of the month.'
            when 'draw_recovery' then 'Taken back of earlier advances.'
            when 'guarantee' then 'What is missing to the guaranteed amount of the month.'
            when 'hold'
                then case components.release_event
                        when 'payment' then 'Held until the customers have paid.'
                        when 'invoice' then 'Held until the deals are invoiced.'
                        else 'Held until the dates of the plan.'
                    end
            when 'release'
                then case components.release_event
                        when 'payment' then 'Held before; the customers have paid.'
                        when 'invoice' then 'Held before; the deals are invoiced.'
                        else 'Held before; its date has come.'
                    end
            else 'Earned.'
        end as own_reason
    from {{ ref('fct_payouts') }} as payouts
    left join restated on payouts.payout_line_id = restated.payout_line_id
    left join adjusted
        on
            payouts.worker_id = adjusted.worker_id
            and payouts.component_id = adjusted.component_id
            and payouts.earned_period_id = adjusted.earned_period_id
    left join {{ ref('dim_plan_components') }} as components on payouts.component_id = components.component_id
    left join {{ ref('int_core__payout_adjustments') }} as adjustments on payouts.adjustment_id = adjustments.adjustment_id
)

select
    payout_line_id,
    is_restated,
    case
        when not is_restated then own_reason
        when pay_period_ids is null then own_reason || ' Closed so; the month was calculated again since.'
        else own_reason || ' Closed so; the month was calculated again since, adjusted in ' || pay_period_ids || '.'
    end as line_reason
from reasoned
