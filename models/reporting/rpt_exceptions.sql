-- Everything that could not be read, credited, priced or paid as delivered, in one list, with what to do (calculation.md §8).
with findings as (
    select * from {{ ref('int_core__exceptions') }}
    union all
    select * from {{ ref('int_credit__exceptions') }}
    union all
    select * from {{ ref('int_quota__exceptions') }}
    union all
    select * from {{ ref('int_payout__exceptions') }}
)

select
    {{ stable_id(['kind', 'entity', 'record_key', 'column_name', 'file', 'row_number', 'worker_id', 'period_id']) }}
        as exception_id,
    kind,
    severity,
    entity,
    record_key,
    worker_id,
    period_id,
    amount,
    currency,
    file,
    cast(row_number as bigint) as row_number,
    column_name,
    value,
    reason,
    remedy
from findings
