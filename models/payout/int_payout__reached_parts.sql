{{ config(materialized='view') }}
-- Exact branch, reached: the window's credits one by one (calculation.md §6). An event's credit is whole at the rate of the
-- tier that its running total reaches; a cancellation of the window is what it changed in its credit's own place. What it
-- moves of later credits is left to the row without credit.
with valued as (
    select * from {{ ref('int_payout__reached_turns') }}
),

running as (
    select
        valued.*,
        value_after - value_before as paid_amount,
        sum(value_after - value_before) over (
            partition by window_number order by turn rows between unbounded preceding and current row
        ) as paid_after
    from valued
),

modified as (
    select
        running.*,
        case
            when modifier = 1 then {{ dec('paid_amount', 18) }}
            else {{ dec(payout_times('paid_amount', 'modifier'), 18) }}
        end as exact_amount,
        case
            when cap_amount is not null or is_change then {{ dec(payout_times('(paid_after - paid_amount)', 'modifier'), 18) }}
        end as earned_before,
        case
            when cap_amount is not null or is_change then {{ dec(payout_times('paid_after', 'modifier'), 18) }}
        end as earned_after
    from running
    where not pays_nothing
)

select
    position_number,
    credit_id,
    1 as part_number,
    transaction_id,
    is_cancellation,
    credit_date,
    cap_amount,
    modifier,
    tier_from,
    rate,
    is_change,
    case when is_change then {{ dec('converted_amount', 10) }} else part_amount end as part_amount,
    exact_amount,
    earned_before,
    earned_after
from modified
where is_change or tier_from is not null
union all
select
    position_number,
    credit_id,
    0 as part_number,
    transaction_id,
    is_cancellation,
    credit_date,
    null as cap_amount,
    modifier,
    null as tier_from,
    0 as rate,
    false as is_change,
    {{ dec('converted_amount - case when tier_from is null then 0 else part_amount end', 10) }} as part_amount,
    {{ dec('0', 18) }} as exact_amount,
    null as earned_before,
    null as earned_after
from modified
where not is_change and (tier_from is null or part_amount <> converted_amount)
