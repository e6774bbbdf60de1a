-- Events that can't be placed: a cancellation without the event it reverses, a date outside the calendar, no value.
with unresolved_reversals as (
    select
        'unresolved_reversal' as kind,
        'error' as severity,
        'sales_events' as entity,
        events.event_id as record_key,
        cast(null as {{ dbt.type_string() }}) as worker_id,
        cast(events.amount as {{ qty() }}) as amount,
        events.currency,
        events.raw_file,
        events.raw_row_number,
        'related_event_id' as column_name,
        events.related_event_id as value,
        'The event that this cancellation reverses was set aside, or cancellations name each other in a circle;'
        || ' it takes nothing back.' as reason,
        'Mend the event that it names, or correct related_event_id.' as remedy
    from {{ accepted_rows('sales_events') }} as events
    inner join {{ ref('int_core__reversals') }} as reversals
        on events.source_system || ':' || events.event_id = reversals.transaction_id
    where not reversals.is_resolved
),

undated_transactions as (
    select
        'outside_calendar' as kind,
        'error' as severity,
        'sales_events' as entity,
        event_id as record_key,
        cast(null as {{ dbt.type_string() }}) as worker_id,
        cast(amount as {{ qty() }}) as amount,
        currency,
        raw_file,
        raw_row_number,
        'event_date' as column_name,
        cast(event_date as {{ dbt.type_string() }}) as value,
        'Lies in no month of the fiscal calendar; the event counts nowhere.' as reason,
        'Correct the date; if fiscal_calendar.csv gives the calendar, add the month there.' as remedy
    from {{ ref('fct_transactions') }}
    where period_id is null
),

events_without_value as (
    select
        'missing_amount' as kind,
        'warn' as severity,
        'sales_events' as entity,
        event_id as record_key,
        cast(null as {{ dbt.type_string() }}) as worker_id,
        cast(null as {{ qty() }}) as amount,
        currency,
        raw_file,
        raw_row_number,
        'amount' as column_name,
        cast(null as {{ dbt.type_string() }}) as value,
        'Neither amount nor quantity is given; the amount counts as 0.' as reason,
        'Deliver the amount.' as remedy
    from {{ accepted_rows('sales_events') }} as events
    where amount is null and quantity is null
)

select * from unresolved_reversals
union all
select * from undated_transactions
union all
select * from events_without_value
