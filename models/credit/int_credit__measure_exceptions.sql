-- Values that a measure had to do without, cancellations too old to count (calculation.md §1), and credits dropped because
-- they count outside their worker's employment (§3), with their amounts.
with incomplete as (
    select
        transaction_id,
        measure_id,
        period_id,
        missing_column
    from {{ ref('int_credit__measured_transactions') }}
    where missing_column is not null
),

too_old as (
    select
        transaction_id,
        measure_id,
        period_id,
        age_in_days,
        value,
        currency
    from {{ ref('int_credit__reversals') }}
    where reversal_share = 0
),

dropped as (
    select
        transaction_id,
        measure_id,
        worker_id,
        period_id,
        credit_date,
        credit_amount,
        currency
    from {{ ref('int_credit__dropped_credits') }}
)

select
    {{ credit_exception(
        kind="case incomplete.missing_column when 'cost_amount' then 'missing_cost' else 'missing_quantity' end",
        severity="'warn'",
        entity="'sales_events'",
        record_key="incomplete.transaction_id || '|' || incomplete.measure_id",
        period_id='incomplete.period_id',
        file='events.raw_file', row_number='events.raw_row_number',
        column_name='incomplete.missing_column',
        reason="'Measure ' || incomplete.measure_id || ' needs ' || incomplete.missing_column || ', which is empty; it counts as 0.'",
        remedy="'Deliver ' || incomplete.missing_column || ' for the event.'"
    ) }}
from incomplete
inner join {{ ref('fct_transactions') }} as events on incomplete.transaction_id = events.transaction_id
union all
select
    {{ credit_exception(
        kind="'reversal_not_counted'",
        severity="'info'",
        entity="'sales_events'",
        record_key="too_old.transaction_id || '|' || too_old.measure_id",
        period_id='too_old.period_id', amount='too_old.value', currency='too_old.currency',
        file='events.raw_file', row_number='events.raw_row_number',
        column_name="'event_date'", value='events.event_date',
        reason="'The cancellation comes ' || cast(too_old.age_in_days as " ~ dbt.type_string()
            ~ ") || ' days after its event; at that age nothing is taken back in measure ' || too_old.measure_id || '.'",
        remedy="'Nothing, if the rules are meant so; else see reversal_window_days and reversal_schedules.'"
    ) }}
from too_old
inner join {{ ref('fct_transactions') }} as events on too_old.transaction_id = events.transaction_id
union all
select
    {{ credit_exception(
        kind="'credit_after_employment'",
        severity="'warn'",
        entity="'credits'",
        record_key="dropped.transaction_id || '|' || dropped.measure_id || '|' || dropped.worker_id",
        worker_id='dropped.worker_id', period_id='dropped.period_id', amount='dropped.credit_amount', currency='dropped.currency',
        file='events.raw_file', row_number='events.raw_row_number',
        column_name="'event_date'", value='dropped.credit_date',
        reason="'Would count on ' || cast(dropped.credit_date as " ~ dbt.type_string()
            ~ ") || ', when ' || dropped.worker_id || ' is not employed; the credit is dropped.'",
        remedy="'Settle it by hand with an entry in payout_adjustments, if it is to be recovered or paid.'"
    ) }}
from dropped
inner join {{ ref('fct_transactions') }} as events on dropped.transaction_id = events.transaction_id
