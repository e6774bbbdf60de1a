-- What a salesperson reads: each line of a pay period, and where deals made it, each deal at the rate of each tier it touched
-- (calculation.md §8). A line is divided only where its deals add up to it; so the statement always adds up to the payouts.
-- What is true of a whole line is looked up once a line; only then is the line divided, into ten million parts and more.
-- A settled line stands as it was closed: where its month comes to something else today, it says so (is_restated) and
-- names the months that pay the adjustments.
with earned as (
    select
        worker_id,
        component_id,
        period_id,
        sum(earned_amount) as earned_in_period
    from {{ ref('fct_deal_earnings') }}
    group by worker_id, component_id, period_id
),

calculated as (
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
    select
        payouts.payout_line_id,
        coalesce(calculated.amount, 0) as calculated_amount
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
        payouts.*,
        people.worker_name,
        workers.manager_worker_id,
        workers.manager_name,
        components.plan_name,
        components.component_name,
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
        end as own_reason,
        restated.payout_line_id is not null as is_restated,
        adjusted.pay_period_ids as adjusted_period_ids,
        earned.worker_id is not null and restated.payout_line_id is null as is_divided
    from {{ ref('fct_payouts') }} as payouts
    left join earned
        on
            payouts.line_type = 'earning'
            and payouts.worker_id = earned.worker_id
            and payouts.component_id = earned.component_id
            and payouts.earned_period_id = earned.period_id
            and payouts.amount = earned.earned_in_period
    left join restated on payouts.payout_line_id = restated.payout_line_id
    left join adjusted
        on
            payouts.worker_id = adjusted.worker_id
            and payouts.component_id = adjusted.component_id
            and payouts.earned_period_id = adjusted.earned_period_id
    left join {{ ref('dim_workers') }} as people on payouts.worker_id = people.worker_id
    left join {{ ref('int_reporting__worker_months') }} as workers
        on payouts.worker_id = workers.worker_id and payouts.pay_period_id = workers.period_id
    left join {{ ref('dim_plan_components') }} as components on payouts.component_id = components.component_id
    left join {{ ref('int_core__payout_adjustments') }} as adjustments on payouts.adjustment_id = adjustments.adjustment_id
),

lines as (
    select
        *,
        case
            when not is_restated then own_reason
            when adjusted_period_ids is null then own_reason || ' Closed so; the month was calculated again since.'
            else own_reason || ' Closed so; the month was calculated again since, adjusted in ' || adjusted_period_ids || '.'
        end as line_reason
    from reasoned
),

deal_parts as (
    select
        worker_id,
        component_id,
        period_id,
        credit_id,
        transaction_id,
        tier_from,
        rate,
        credit_part,
        modifier,
        earned_amount,
        row_number() over (
            partition by worker_id, component_id, period_id
            order by transaction_id nulls last, tier_from nulls first, earned_amount
        ) as part_number
    from {{ ref('fct_deal_earnings') }}
),

transactions as (
    select
        events.transaction_id,
        events.event_date,
        events.event_type,
        accounts.account_name
    from {{ ref('fct_transactions') }} as events
    left join {{ ref('dim_accounts') }} as accounts on events.account_id = accounts.account_id
)
{%- set line_columns = ['pay_period_id', 'earned_period_id', 'worker_id', 'worker_name', 'manager_worker_id', 'manager_name',
    'plan_name', 'component_id', 'component_name', 'line_type', 'line_reason', 'amount as line_amount',
    'payroll_amount as line_payroll_amount', 'payroll_currency', 'is_settled', 'is_restated'] %}

select
    lines.payout_line_id,
    cast(1 as integer) as part_number,
    lines.{{ line_columns | join(',\n    lines.') }},
    cast(null as {{ dbt.type_string() }}) as credit_id,
    cast(null as {{ dbt.type_string() }}) as transaction_id,
    cast(null as date) as event_date,
    cast(null as {{ dbt.type_string() }}) as event_type,
    cast(null as {{ dbt.type_string() }}) as account_name,
    cast(null as {{ qty() }}) as credited_amount,
    cast(null as {{ rate() }}) as tier_from,
    cast(null as {{ rate() }}) as rate,
    cast(null as {{ rate() }}) as modifier,
    lines.amount,
    lines.currency
from lines
where not lines.is_divided
union all
select
    lines.payout_line_id,
    cast(deal_parts.part_number as integer) as part_number,
    lines.{{ line_columns | join(',\n    lines.') }},
    deal_parts.credit_id,
    deal_parts.transaction_id,
    transactions.event_date,
    transactions.event_type,
    transactions.account_name,
    deal_parts.credit_part as credited_amount,
    deal_parts.tier_from,
    deal_parts.rate,
    deal_parts.modifier,
    deal_parts.earned_amount as amount,
    lines.currency
from deal_parts
inner join lines
    on
        deal_parts.worker_id = lines.worker_id
        and deal_parts.component_id = lines.component_id
        and deal_parts.period_id = lines.earned_period_id
left join transactions on deal_parts.transaction_id = transactions.transaction_id
where lines.is_divided
