-- A quota belongs to the fiscal quarter that starts on its date: the calendar in the rules is made of these dates.
-- The inner join drops a quota whose date starts no quarter: stg_adventureworks__exceptions lists it.
with history as (
    select business_entity_id, cast(quota_date as date) as quota_date, sales_quota, {{ provenance() }}
    from {{ current_rows('raw_adventureworks', 'sales_person_quota_history') }} as landed
)

select
    'adventureworks' as source_system,
    cast(history.business_entity_id as {{ dbt.type_string() }}) as worker_id,
    'sales' as measure_id,
    quarters.quarter_id as period,
    cast(round(history.sales_quota, 2) as {{ money() }}) as quota_amount,
    history.raw_load_id,
    history.raw_file,
    history.raw_row_number
from history
inner join {{ ref('int_adventureworks__quarters') }} as quarters on history.quota_date = quarters.starts_on
