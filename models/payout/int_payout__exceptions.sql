-- All that the payout stage couldn't pay, or not as its inputs say (calculation.md §6, §7).
with line_exceptions as (
    select * from {{ ref('int_payout__line_exceptions') }}
    union all
    select * from {{ ref('int_payout__ledger_exceptions') }}
),

exceptions as (
    select
        kind,
        severity,
        entity,
        record_key,
        worker_id,
        period_id,
        amount,
        currency,
        raw_file as file,
        raw_row_number as row_number,
        column_name,
        value,
        reason,
        remedy
    from line_exceptions
    union all
    select
        kind,
        severity,
        entity,
        record_key,
        worker_id,
        period_id,
        amount,
        currency,
        file,
        row_number,
        column_name,
        value,
        reason,
        remedy
    from {{ ref('int_payout__earning_exceptions') }}
)

select
    cast(kind as {{ dbt.type_string() }}) as kind,
    cast(severity as {{ dbt.type_string() }}) as severity,
    cast(entity as {{ dbt.type_string() }}) as entity,
    cast(record_key as {{ dbt.type_string() }}) as record_key,
    cast(worker_id as {{ dbt.type_string() }}) as worker_id,
    cast(period_id as {{ dbt.type_string() }}) as period_id,
    cast(amount as {{ qty() }}) as amount,
    cast(currency as {{ dbt.type_string() }}) as currency,
    cast(file as {{ dbt.type_string() }}) as file,
    cast(row_number as bigint) as row_number,
    cast(column_name as {{ dbt.type_string() }}) as column_name,
    cast(value as {{ dbt.type_string() }}) as value,
    cast(reason as {{ dbt.type_string() }}) as reason,
    cast(remedy as {{ dbt.type_string() }}) as remedy
from exceptions
