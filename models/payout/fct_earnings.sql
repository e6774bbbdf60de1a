-- What each component has earned, month by month (calculation.md §6). The amounts are made in int_payout__window_earnings and
-- int_payout__deal_moves; here they stand beside what they were made from.
with positions as (
    select * from {{ ref('int_payout__positions') }}
),

window_earnings as (
    select * from {{ ref('int_payout__window_earnings') }}
),

deal_earnings as (
    select
        position_number,
        sum(earned_amount) as earned_amount
    from {{ ref('int_payout__deal_moves') }}
    group by position_number
)

select
    positions.worker_id,
    positions.component_id,
    positions.period_id,
    positions.plan_id,
    positions.window_id,
    positions.payout_basis,
    positions.currency,
    positions.credited_amount,
    positions.delivered_quota as quota_amount,
    cast(window_earnings.base_amount as {{ money() }}) as base_amount,
    cast(window_earnings.tier_position as {{ rate() }}) as tier_position,
    cast(window_earnings.tier_result as {{ rate() }}) as tier_result,
    cast(positions.modifier as {{ rate() }}) as modifier,
    cast(coalesce(window_earnings.earned_to_date, deal_earnings.earned_amount, 0) as {{ money() }}) as earned_to_date,
    cast(coalesce(window_earnings.earned_amount, deal_earnings.earned_amount, 0) as {{ money() }}) as earned_amount
from positions
left join window_earnings on positions.position_number = window_earnings.position_number
left join deal_earnings on positions.position_number = deal_earnings.position_number
