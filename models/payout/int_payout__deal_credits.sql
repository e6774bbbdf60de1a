-- Window `deal`: each event's credit and its cancellations one by one, in order, with what the deal stands at after each
-- (calculation.md §6). Tiers and modifier are those of its event's month, or of its first cancellation's where the event
-- counted on a plan that this one continues. A month's credits are those whose credit_date lies in it.
with positions as (
    select * from {{ ref('int_payout__positions') }}
    where pay_window = 'deal'
),

plan_credits as (
    select * from {{ ref('int_quota__plan_credits') }}
),

joined as (
    select
        positions.position_number,
        positions.worker_id,
        positions.component_id,
        positions.month_index,
        plan_credits.credit_id,
        plan_credits.transaction_id,
        plan_credits.origin_transaction_id,
        plan_credits.credit_date,
        plan_credits.converted_amount,
        coalesce(plan_credits.converted_margin, 0) as converted_margin,
        coalesce(plan_credits.converted_revenue, 0) as converted_revenue,
        plan_credits.transaction_id <> plan_credits.origin_transaction_id as is_cancellation
    from plan_credits
    inner join positions
        on
            plan_credits.worker_id = positions.worker_id
            and plan_credits.component_id = positions.component_id
            and plan_credits.period_id = positions.period_id
),

ordered as (
    select
        joined.*,
        row_number() over deal_order as place,
        sum(converted_amount) over deal_order as deal_amount,
        sum(converted_margin) over deal_order as deal_margin,
        sum(converted_revenue) over deal_order as deal_revenue,
        first_value(position_number) over (
            partition by worker_id, component_id, origin_transaction_id
            order by is_cancellation, month_index, credit_date, {{ bytewise('transaction_id') }}
            rows between unbounded preceding and unbounded following
        ) as home_position_number
    from joined
    window deal_order as (
        partition by worker_id, component_id, origin_transaction_id
        order by month_index, is_cancellation, credit_date, {{ bytewise('transaction_id') }}
        rows between unbounded preceding and current row
    )
)

select
    ordered.position_number,
    ordered.home_position_number,
    ordered.worker_id,
    ordered.component_id,
    ordered.month_index,
    ordered.credit_id,
    ordered.transaction_id,
    ordered.origin_transaction_id,
    ordered.credit_date,
    ordered.converted_amount,
    ordered.is_cancellation,
    ordered.place,
    {{ dec('ordered.deal_amount', 4) }} as deal_amount,
    homes.payout_basis,
    homes.tier_basis,
    homes.tier_method,
    homes.cap_amount,
    homes.band_from,
    homes.modifier,
    case
        when homes.tier_basis = 'amount' then {{ dec('ordered.deal_amount', 18) }}
        when ordered.deal_revenue <> 0 then {{ payout_ratio('ordered.deal_margin', 'ordered.deal_revenue', 12, 12) }}
    end as position_ratio
from ordered
inner join positions as homes on ordered.home_position_number = homes.position_number
