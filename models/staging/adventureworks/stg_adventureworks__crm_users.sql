-- The order system knows a salesperson by the employee's own id.
with salespeople as (
    select business_entity_id, {{ provenance() }}
    from {{ current_rows('raw_adventureworks', 'sales_person') }} as landed
)

select
    'adventureworks' as source_system,
    cast(salespeople.business_entity_id as {{ dbt.type_string() }}) as user_id,
    cast(salespeople.business_entity_id as {{ dbt.type_string() }}) as worker_id,
    cast(null as {{ dbt.type_string() }}) as email,
    people.first_name || ' ' || people.last_name as user_name,
    salespeople.raw_load_id,
    salespeople.raw_file,
    salespeople.raw_row_number
from salespeople
left join {{ current_rows('raw_adventureworks', 'person') }} as people
    on salespeople.business_entity_id = people.business_entity_id
