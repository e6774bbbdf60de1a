-- Title and manager as they are now, from the hire date on: the source keeps a history of departments, none of jobs.
with employees as (
    select business_entity_id, job_title, hire_date, manager_id, {{ provenance() }}
    from {{ current_rows('raw_adventureworks', 'employee') }} as landed
)

select
    'adventureworks' as source_system,
    cast(business_entity_id as {{ dbt.type_string() }}) as worker_id,
    hire_date as valid_from,
    cast(null as date) as valid_to,
    job_title,
    case
        when job_title = 'Sales Representative' then 'sales_representative'
        when job_title like '%Sales Manager' then 'sales_manager'
        when job_title = 'Vice President of Sales' then 'sales_leader'
    end as sales_role,
    cast(manager_id as {{ dbt.type_string() }}) as manager_worker_id,
    cast(null as {{ share() }}) as fte,
    raw_load_id,
    raw_file,
    raw_row_number
from employees
