-- What doesn't count, or counts only in part, before anything is credited: rows in quarantine, rows that contradict others,
-- events that can't be placed, users who fit several workers, and what a source's own mapping says.
with quarantined as (
    select
        kind,
        'error' as severity,
        entity,
        record_key,
        cast(null as {{ dbt.type_string() }}) as worker_id,
        cast(null as {{ qty() }}) as amount,
        cast(null as {{ dbt.type_string() }}) as currency,
        raw_file,
        raw_row_number,
        column_name,
        value,
        reason,
        remedy
    from {{ ref('int_core__quarantined_rows') }}
),

rejected as (
    select
        kind,
        case when kind = 'repeated_row' then 'info' else 'error' end as severity,
        entity,
        record_key,
        worker_id,
        cast(amount as {{ qty() }}) as amount,
        currency,
        raw_file,
        raw_row_number,
        column_name,
        value,
        reason,
        remedy
    from {{ ref('int_core__rejections') }}
),

shared_emails as (
    select
        'ambiguous_email' as kind,
        'warn' as severity,
        'crm_users' as entity,
        user_id as record_key,
        cast(null as {{ dbt.type_string() }}) as worker_id,
        cast(null as {{ qty() }}) as amount,
        cast(null as {{ dbt.type_string() }}) as currency,
        raw_file,
        raw_row_number,
        'email' as column_name,
        email as value,
        'Several workers have this address; the user is tied to none of them.' as reason,
        'Give the user a worker_id, or each worker an address of their own.' as remedy
    from {{ ref('int_core__user_emails') }}
    where worker_count > 1
),

findings as (
    select * from quarantined
    union all
    select * from rejected
    union all
    select * from {{ ref('int_core__event_exceptions') }}
    union all
    select * from shared_emails
)

select
    kind,
    severity,
    entity,
    record_key,
    worker_id,
    cast(null as {{ dbt.type_string() }}) as period_id,
    amount,
    currency,
    raw_file as file,
    raw_row_number as row_number,
    column_name,
    value,
    reason,
    remedy
from findings
{%- for source_name in env_var('QUOTALINE_SOURCES', 'canonical').split(',')
    if 'exceptions' in var('source_entities').get(source_name, []) %}
union all
select
    kind,
    severity,
    entity,
    record_key,
    worker_id,
    period_id,
    cast(amount as {{ qty() }}) as amount,
    currency,
    file,
    row_number,
    column_name,
    value,
    reason,
    remedy
from {{ ref('stg_' ~ source_name ~ '__exceptions') }}
{%- endfor %}
