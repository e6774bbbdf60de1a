-- All employees, since managers above the salespeople are found among them. Nobody has left in this source.
with employees as (
    select business_entity_id, hire_date, {{ provenance() }}
    from {{ current_rows('raw_adventureworks', 'employee') }} as landed
),

homes as (
    select entity_addresses.business_entity_id, trim(states.country_region_code) as country
    from {{ current_rows('raw_adventureworks', 'business_entity_address') }} as entity_addresses
    inner join {{ current_rows('raw_adventureworks', 'address') }} as addresses
        on entity_addresses.address_id = addresses.address_id
    inner join {{ current_rows('raw_adventureworks', 'state_province') }} as states
        on addresses.state_province_id = states.state_province_id
    where entity_addresses.address_type_id = 2
)

select
    'adventureworks' as source_system,
    cast(employees.business_entity_id as {{ dbt.type_string() }}) as worker_id,
    people.first_name || ' ' || people.last_name as worker_name,
    cast(null as {{ dbt.type_string() }}) as email,
    employees.hire_date,
    cast(null as date) as termination_date,
    homes.country,
    cast(null as {{ dbt.type_string() }}) as payroll_currency,
    employees.raw_load_id,
    employees.raw_file,
    employees.raw_row_number
from employees
left join {{ current_rows('raw_adventureworks', 'person') }} as people
    on employees.business_entity_id = people.business_entity_id
left join homes on employees.business_entity_id = homes.business_entity_id
