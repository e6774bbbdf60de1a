-- The result of tier method `reached`: each credit whole at the rate of the tier that the running total reaches with it. It
-- counts net of its cancellations in the window, in its own place, so every month looks at its window anew (calculation.md §6).
-- A window that stands below 0 is not here: all of it is taken back at the first tier's rate, like any other.
with positions as (
    select * from {{ ref('int_payout__positions') }}
    where pay_window <> 'deal' and tier_method = 'reached'
),

plan_credits as (
    select * from {{ ref('int_quota__plan_credits') }}
),

steps as (
    select * from {{ ref('int_payout__tier_steps') }}
),

window_credits as (
    select
        positions.window_number,
        positions.month_index,
        plan_credits.transaction_id,
        plan_credits.origin_transaction_id,
        plan_credits.credit_date,
        plan_credits.converted_amount
    from positions
    inner join plan_credits
        on
            positions.worker_id = plan_credits.worker_id
            and positions.component_id = plan_credits.component_id
            and positions.period_id = plan_credits.period_id
),

credits_to_date as (
    select
        positions.position_number,
        window_credits.transaction_id,
        window_credits.origin_transaction_id,
        window_credits.credit_date,
        window_credits.converted_amount,
        max(case when window_credits.transaction_id = window_credits.origin_transaction_id then 1 else 0 end) over (
            partition by positions.position_number, window_credits.origin_transaction_id
        ) as has_event
    from positions
    inner join window_credits
        on positions.window_number = window_credits.window_number and positions.month_index >= window_credits.month_index
    where positions.credited_to_date >= 0 and positions.has_position and positions.has_tiers
),

placed as (
    select
        position_number,
        credit_date,
        transaction_id,
        converted_amount,
        case when has_event = 1 then origin_transaction_id else transaction_id end as place_id
    from credits_to_date
),

nets as (
    select
        position_number,
        place_id,
        max(case when transaction_id = place_id then credit_date end) as place_date,
        sum(converted_amount) as net_amount
    from placed
    group by position_number, place_id
),

running as (
    select
        position_number,
        {{ dec('net_amount', 10) }} as net_amount,
        {{ dec('sum(net_amount) over (partition by position_number order by place_date, ' ~ bytewise('place_id')
            ~ ' rows between unbounded preceding and current row)', 10) }} as total_amount
    from nets
),

cut as (
    select
        positions.position_number,
        positions.component_id,
        positions.band_from,
        positions.unit_amount,
        least(running.total_amount, coalesce(positions.cap_credit_amount, running.total_amount)) as total_amount,
        least(
            running.total_amount - running.net_amount,
            coalesce(positions.cap_credit_amount, running.total_amount - running.net_amount)
        ) as total_before
    from running
    inner join positions on running.position_number = positions.position_number
),

paid as (
    select
        cut.position_number,
        sum({{ dec(
            dec('cut.total_amount - cut.total_before', 10)
            ~ ' * case when cut.total_amount < 0 then steps.taken_back_rate else steps.rate end', 18
        ) }}) as result
    from cut
    inner join steps
        on
            cut.component_id = steps.component_id
            and cut.band_from = steps.band_from
            and {{ in_tier_step('steps', 'cut.total_amount', 'cut.unit_amount') }}
    group by cut.position_number
)

select
    positions.worker_id,
    positions.component_id,
    positions.period_id,
    {{ dec('paid.result', 18) }} as result,
    {{ payout_ratio('round(paid.result, 12)', 'positions.unit_amount', 12, 2) }} as factor
from paid
inner join positions on paid.position_number = positions.position_number
