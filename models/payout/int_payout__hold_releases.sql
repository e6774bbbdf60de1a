{{ config(materialized='view') }}
-- What invoices or payments release of each hold, by the month in which it counts (calculation.md §7): the hold's own pay
-- month for all that moved until then, later months as they move. Totals are taken from the booking's running sums, before
-- and after each step, so that nothing is summed up per hold: a booking has few steps, and many people may be paid for it.
with steps as (
    select
        origin_transaction_id,
        release_event,
        month_index,
        sum(released_amount) over (
            partition by origin_transaction_id, release_event
            order by month_index rows between unbounded preceding and current row
        ) as released_amount,
        sum(booked_amount) over (
            partition by origin_transaction_id, release_event
            order by month_index rows between unbounded preceding and current row
        ) as booked_amount,
        sum(released_amount) over (
            partition by origin_transaction_id, release_event
            order by month_index rows between unbounded preceding and 1 preceding
        ) as released_before,
        sum(booked_amount) over (
            partition by origin_transaction_id, release_event
            order by month_index rows between unbounded preceding and 1 preceding
        ) as booked_before,
        lead(month_index) over (
            partition by origin_transaction_id, release_event order by month_index
        ) as next_index
    from {{ ref('int_payout__booking_steps') }}
),

-- of the steps up to a hold's pay month only the last, as the first release; then all later ones
hold_steps as (
    select
        holds.worker_id,
        holds.component_id,
        holds.earned_period_id,
        holds.credit_id,
        holds.currency,
        greatest(steps.month_index, holds.release_from_index) as month_index,
        holds.held_amount,
        steps.released_amount,
        steps.booked_amount,
        steps.released_before,
        steps.booked_before,
        steps.month_index <= holds.release_from_index or steps.booked_before is null as is_first
    from {{ ref('int_payout__holds') }} as holds
    inner join steps
        on holds.origin_transaction_id = steps.origin_transaction_id and holds.release_event = steps.release_event
    where steps.month_index > holds.release_from_index or coalesce(steps.next_index, 999999) > holds.release_from_index
)

select
    worker_id,
    component_id,
    earned_period_id,
    credit_id,
    currency,
    month_index,
    held_amount,
    released_amount as paid_amount,
    booked_amount,
    cast({{ released_of('held_amount', 'released_amount', 'booked_amount') }} as {{ money() }}) as released_to_date,
    cast(
        {{ released_of('held_amount', 'released_amount', 'booked_amount') }}
        - case when is_first then 0 else {{ released_of('held_amount', 'released_before', 'booked_before') }} end as {{ money() }}
    ) as released_amount
from hold_steps
