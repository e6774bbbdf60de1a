-- What a salesperson reads: each line of a pay period, and where deals made it, each deal at the rate of each tier it touched
-- (calculation.md §8). A line is divided only where its deals add up to it; so the statement always adds up to the payouts.
with lines as (
    select * from {{ ref('fct_payouts') }}
),

deal_parts as (
    select
        worker_id,
        component_id,
        period_id as earned_period_id,
        credit_id,
        transaction_id,
        tier_from,
        rate,
        credit_part,
        modifier,
        earned_amount,
        sum(earned_amount) over (partition by worker_id, component_id, period_id) as earned_in_period
    from {{ ref('fct_deal_earnings') }}
),

divided as (
    select
        lines.*,
        deal_parts.credit_id,
        deal_parts.transaction_id,
        deal_parts.tier_from,
        deal_parts.rate,
        deal_parts.credit_part,
        deal_parts.modifier,
        coalesce(deal_parts.earned_amount, lines.amount) as part_amount
    from lines
    left join deal_parts
        on
            lines.line_type = 'earning'
            and lines.worker_id = deal_parts.worker_id
            and lines.component_id = deal_parts.component_id
            and lines.earned_period_id = deal_parts.earned_period_id
            and lines.amount = deal_parts.earned_in_period
),

numbered as (
    select
        divided.*,
        row_number() over (
            partition by payout_line_id order by transaction_id nulls last, tier_from nulls first, part_amount
        ) as part_number
    from divided
)

select
    numbered.payout_line_id,
    cast(numbered.part_number as integer) as part_number,
    numbered.pay_period_id,
    numbered.earned_period_id,
    numbered.worker_id,
    people.worker_name,
    workers.manager_worker_id,
    workers.manager_name,
    components.plan_name,
    numbered.component_id,
    components.component_name,
    numbered.line_type,
    numbered.is_settled,
    numbered.transaction_id,
    transactions.event_date,
    transactions.event_type,
    accounts.account_name,
    numbered.credit_part as credited_amount,
    numbered.tier_from,
    numbered.rate,
    numbered.modifier,
    cast(numbered.part_amount as {{ money() }}) as amount,
    numbered.currency
from numbered
left join {{ ref('dim_workers') }} as people on numbered.worker_id = people.worker_id
left join {{ ref('int_reporting__worker_months') }} as workers
    on numbered.worker_id = workers.worker_id and numbered.pay_period_id = workers.period_id
left join {{ ref('dim_plan_components') }} as components on numbered.component_id = components.component_id
left join {{ ref('fct_transactions') }} as transactions on numbered.transaction_id = transactions.transaction_id
left join {{ ref('dim_accounts') }} as accounts on transactions.account_id = accounts.account_id
