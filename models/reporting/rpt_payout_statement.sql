-- What a salesperson reads: each line of a pay period, and where deals made it, each deal at the rate of each tier it touched
-- (calculation.md §8). A line is divided only where its deals add up to it; so the statement always adds up to the payouts.
-- What is true of a whole line is looked up once a line; only then is the line divided, into ten million parts and more.
with earned as (
    select
        worker_id,
        component_id,
        period_id,
        sum(earned_amount) as earned_in_period
    from {{ ref('fct_deal_earnings') }}
    group by worker_id, component_id, period_id
),

lines as (
    select
        payouts.*,
        people.worker_name,
        workers.manager_worker_id,
        workers.manager_name,
        components.plan_name,
        components.component_name,
        reasons.line_reason,
        reasons.is_restated,
        earned.worker_id is not null and not reasons.is_restated as is_divided
    from {{ ref('fct_payouts') }} as payouts
    inner join {{ ref('int_reporting__line_reasons') }} as reasons on payouts.payout_line_id = reasons.payout_line_id
    left join earned
        on
            payouts.line_type = 'earning'
            and payouts.worker_id = earned.worker_id
            and payouts.component_id = earned.component_id
            and payouts.earned_period_id = earned.period_id
            and payouts.amount = earned.earned_in_period
    left join {{ ref('dim_workers') }} as people on payouts.worker_id = people.worker_id
    left join {{ ref('int_reporting__worker_months') }} as workers
        on payouts.worker_id = workers.worker_id and payouts.pay_period_id = workers.period_id
    left join {{ ref('dim_plan_components') }} as components on payouts.component_id = components.component_id
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
