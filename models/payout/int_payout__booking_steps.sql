-- How far a booking is invoiced or paid, month by month (calculation.md §7): by the events that name it; where none ever
-- does, by those of its opportunity that name none, over all of that opportunity's bookings. Cancellations count with their
-- negative amounts in their own months. Only months in which something moves have a row.
with transactions as (
    select * from {{ ref('fct_transactions') }}
),

bookings as (
    select
        holds.release_event,
        transactions.*
    from (
        select distinct origin_transaction_id, release_event from {{ ref('int_payout__holds') }}
        where origin_transaction_id is not null
    ) as holds
    inner join transactions on holds.origin_transaction_id = transactions.transaction_id
),

releases as (
    select * from transactions
    where event_type in ('invoice', 'payment')
),

named as (
    select
        bookings.transaction_id as origin_transaction_id,
        bookings.release_event,
        releases.transaction_id,
        releases.period_id,
        releases.amount
    from bookings
    inner join releases
        on
            bookings.event_id = releases.related_event_id
            and bookings.source_system = releases.source_system
            and bookings.release_event = releases.event_type
),

named_bookings as (
    select distinct origin_transaction_id, release_event from named
),

scopes as (
    select
        bookings.*,
        case when named_bookings.origin_transaction_id is null then bookings.opportunity_id end as opportunity_scope_id
    from bookings
    left join named_bookings
        on
            bookings.transaction_id = named_bookings.origin_transaction_id
            and bookings.release_event = named_bookings.release_event
),

counted as (
    select origin_transaction_id, release_event, transaction_id, period_id, amount, true as is_release from named
    union all
    select
        scopes.transaction_id as origin_transaction_id,
        scopes.release_event,
        releases.transaction_id,
        releases.period_id,
        releases.amount,
        true as is_release
    from scopes
    inner join releases
        on scopes.opportunity_scope_id = releases.opportunity_id and scopes.release_event = releases.event_type
    where releases.related_event_id is null
    union all
    select transaction_id as origin_transaction_id, release_event, transaction_id, period_id, amount, false as is_release
    from scopes
    where opportunity_scope_id is null
    union all
    select
        scopes.transaction_id as origin_transaction_id,
        scopes.release_event,
        siblings.transaction_id,
        siblings.period_id,
        siblings.amount,
        false as is_release
    from scopes
    inner join transactions as siblings
        on scopes.opportunity_scope_id = siblings.opportunity_id and scopes.event_type = siblings.event_type
),

steps as (
    select origin_transaction_id, release_event, period_id, amount, is_release from counted
    union all
    select
        counted.origin_transaction_id,
        counted.release_event,
        cancellations.period_id,
        cancellations.amount,
        counted.is_release
    from counted
    inner join transactions as cancellations on counted.transaction_id = cancellations.reversed_transaction_id
    where cancellations.event_type = 'cancellation'
)

select
    steps.origin_transaction_id,
    steps.release_event,
    periods.period_id,
    periods.month_index,
    cast(sum(case when steps.is_release then steps.amount else 0 end) as {{ money() }}) as released_amount,
    cast(sum(case when steps.is_release then 0 else steps.amount end) as {{ money() }}) as booked_amount
from steps
inner join {{ ref('int_payout__line_periods') }} as periods on steps.period_id = periods.period_id
where periods.status <> 'future'
group by steps.origin_transaction_id, steps.release_event, periods.period_id, periods.month_index
