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
    {{ stable_id([
        'findings.kind', 'findings.entity', 'findings.record_key', 'findings.column_name', 'findings.file',
        'findings.row_number', 'findings.worker_id', 'findings.period_id'
    ]) }} as exception_id,
    findings.kind,
    findings.severity,
    findings.entity,
    findings.record_key,
    findings.worker_id,
    workers.worker_name,
    findings.period_id,
    findings.amount,
    findings.currency,
    findings.file,
    cast(findings.row_number as bigint) as row_number,
    findings.column_name,
    findings.value,
    findings.reason,
    findings.remedy
from findings
left join {{ ref('dim_workers') }} as workers on findings.worker_id = workers.worker_id
