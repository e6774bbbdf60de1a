-- The history, not the territory that sales_person names: only the history has dates. Its end_date is the last day, ours the
-- first day after.
with history as (
    select business_entity_id, territory_id, start_date, end_date, {{ provenance() }}
    from {{ current_rows('raw_adventureworks', 'sales_territory_history') }} as landed
)

select
    'adventureworks' as source_system,
    cast(territory_id as {{ dbt.type_string() }}) as territory_id,
    cast(business_entity_id as {{ dbt.type_string() }}) as worker_id,
    'salesperson' as assignment_role,
    cast(start_date as date) as valid_from,
    cast(end_date + interval '1' day as date) as valid_to,
    cast(null as {{ share() }}) as credit_share,
    raw_load_id,
    raw_file,
    raw_row_number
from history
