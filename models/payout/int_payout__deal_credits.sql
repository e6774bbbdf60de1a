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
),

-- The margin ratio in steps, each a column (payout_ratio).
divided as (
    select
        *,
        case when deal_revenue <> 0 then {{ payout_ratio_leading('deal_margin', 'deal_revenue', 12, 12) }} end as ratio_leading
    from ordered
),

remaining as (
    select
        *,
        {{ payout_ratio_rest('deal_margin', 'deal_revenue', 'ratio_leading', 12, 12) }} as ratio_rest
    from divided
),

with_ratio as (
    select
        *,
        case
            when ratio_leading is null then null
            else {{ payout_ratio_whole('ratio_leading', 'ratio_rest', 'deal_revenue', 12, 12) }}
        end as margin_ratio
    from remaining
)

select
    with_ratio.position_number,
    with_ratio.home_position_number,
    with_ratio.worker_id,
    with_ratio.component_id,
    with_ratio.month_index,
    with_ratio.credit_id,
    with_ratio.transaction_id,
    with_ratio.origin_transaction_id,
    with_ratio.credit_date,
    with_ratio.converted_amount,
    with_ratio.is_cancellation,
    with_ratio.place,
    {{ dec('with_ratio.deal_amount', 4) }} as deal_amount,
    homes.payout_basis,
    homes.tier_basis,
    homes.tier_method,
    homes.cap_amount,
    homes.band_from,
    homes.modifier,
    case
        when homes.tier_basis = 'amount' then {{ dec('with_ratio.deal_amount', 18) }}
        else {{ dec('round(with_ratio.margin_ratio, 12)', 18) }}
    end as position_ratio
from with_ratio
inner join positions as homes on with_ratio.home_position_number = homes.position_number
