-- Tier method `reached`, the credits of a window in turn (calculation.md §6). A place is an event's credit with its
-- cancellations of the window; a cancellation whose event lies outside is a place of its own.
with credits as (
    select * from {{ ref('int_payout__paid_credits') }}
    where branch = 'reached'
),

events as (
    select
        window_number,
        transaction_id,
        credit_date,
        month_index
    from credits
    where transaction_id = origin_transaction_id
),

placed as (
    select
        credits.*,
        coalesce(events.transaction_id, credits.transaction_id) as place_id,
        coalesce(events.credit_date, credits.credit_date) as place_date,
        events.transaction_id is not null and credits.transaction_id <> credits.origin_transaction_id as is_change
    from credits
    left join events
        on
            credits.window_number = events.window_number
            and credits.origin_transaction_id = events.transaction_id
            and credits.month_index >= events.month_index
),

in_turn as (
    select
        placed.*,
        row_number() over (
            partition by window_number
            order by
                greatest(credit_date, place_date),
                {{ bytewise('case when place_date > credit_date then place_id else transaction_id end') }},
                credit_date,
                {{ bytewise('transaction_id') }}
        ) as turn,
        dense_rank() over (partition by window_number order by place_date, {{ bytewise('place_id') }}) as place
    from placed
)

select
    position_number,
    window_number,
    credit_id,
    transaction_id,
    is_cancellation,
    credit_date,
    converted_amount,
    is_change,
    turn,
    place,
    sum(converted_amount) over (
        partition by window_number order by turn rows between unbounded preceding and current row
    ) - converted_amount as total_before,
    sum(converted_amount) over (
        partition by window_number, place order by turn rows between unbounded preceding and current row
    ) - converted_amount as place_before
from in_turn
