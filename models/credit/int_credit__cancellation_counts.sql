-- Which cancellation takes back the 1 that its event counts for (calculation.md §1): the first, by date and id, that brings
-- the event's amount to 0 or past it; where that amount is 0 or less, its first one. All others count for nothing.
with running_amounts as (
    select
        cancellations.transaction_id,
        cancellations.reversed_transaction_id,
        cancellations.event_date,
        cancellations.event_id,
        events.amount + sum(cancellations.amount) over (
            partition by cancellations.reversed_transaction_id
            order by cancellations.event_date, cancellations.event_id, cancellations.transaction_id
            rows between unbounded preceding and current row
        ) as remaining_amount,
        events.amount as event_amount
    from {{ ref('fct_transactions') }} as cancellations
    inner join {{ ref('fct_transactions') }} as events on cancellations.reversed_transaction_id = events.transaction_id
),

ranked as (
    select
        transaction_id,
        coalesce(event_amount <= 0 or remaining_amount <= 0, false) as takes_back,
        row_number() over (
            partition by reversed_transaction_id
            order by
                case when event_amount <= 0 or remaining_amount <= 0 then 0 else 1 end,
                event_date,
                event_id,
                transaction_id
        ) as place
    from running_amounts
)

select
    transaction_id,
    case when takes_back and place = 1 then -1 else 0 end as event_count
from ranked
