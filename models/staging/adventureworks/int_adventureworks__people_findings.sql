-- What is odd about salespeople, their quotas and their pay (docs/decisions/0010). detail: the other side of a contradiction.
with salespeople as (
    select business_entity_id, territory_id, {{ provenance() }}
    from {{ current_rows('raw_adventureworks', 'sales_person') }} as landed
),

current_territories as (
    select business_entity_id, territory_id
    from {{ current_rows('raw_adventureworks', 'sales_territory_history') }} as landed
    where end_date is null
),

employees as (
    select business_entity_id, hire_date
    from {{ current_rows('raw_adventureworks', 'employee') }} as landed
),

quotas as (
    select
        business_entity_id,
        cast(quota_date as date) as quota_date,
        cast(round(sales_quota, 2) as {{ money() }}) as quota_amount,
        {{ provenance() }}
    from {{ current_rows('raw_adventureworks', 'sales_person_quota_history') }} as landed
),

pay as (
    select business_entity_id, cast(rate_change_date as date) as rate_date, {{ provenance() }}
    from {{ current_rows('raw_adventureworks', 'employee_pay_history') }} as landed
),

findings as (
    select
        'territory_contradiction' as kind,
        'warn' as severity,
        'territory_assignments' as entity,
        salespeople.business_entity_id,
        cast(null as date) as found_on,
        cast(null as {{ money() }}) as amount,
        salespeople.raw_file,
        salespeople.raw_row_number,
        'territory_id' as column_name,
        cast(salespeople.territory_id as {{ dbt.type_string() }}) as value,
        coalesce('territory ' || cast(current_territories.territory_id as {{ dbt.type_string() }}), 'none') as detail
    from salespeople
    left join current_territories on salespeople.business_entity_id = current_territories.business_entity_id
    where coalesce(salespeople.territory_id, 0) <> coalesce(current_territories.territory_id, 0)
    union all
    select
        'quota_before_hire' as kind,
        'warn' as severity,
        'quotas' as entity,
        quotas.business_entity_id,
        quotas.quota_date as found_on,
        quotas.quota_amount as amount,
        quotas.raw_file,
        quotas.raw_row_number,
        'quota_date' as column_name,
        cast(quotas.quota_date as {{ dbt.type_string() }}) as value,
        cast(employees.hire_date as {{ dbt.type_string() }}) as detail
    from quotas
    inner join employees on quotas.business_entity_id = employees.business_entity_id
    where quotas.quota_date < employees.hire_date
    union all
    select
        'unknown_period' as kind,
        'error' as severity,
        'quotas' as entity,
        quotas.business_entity_id,
        quotas.quota_date as found_on,
        quotas.quota_amount as amount,
        quotas.raw_file,
        quotas.raw_row_number,
        'quota_date' as column_name,
        cast(quotas.quota_date as {{ dbt.type_string() }}) as value,
        cast(null as {{ dbt.type_string() }}) as detail
    from quotas
    left join {{ ref('int_adventureworks__quarters') }} as quarters on quotas.quota_date = quarters.starts_on
    where quarters.quarter_id is null
    union all
    select
        'pay_before_hire' as kind,
        'info' as severity,
        'worker_compensation' as entity,
        pay.business_entity_id,
        pay.rate_date as found_on,
        cast(null as {{ money() }}) as amount,
        pay.raw_file,
        pay.raw_row_number,
        'rate_change_date' as column_name,
        cast(pay.rate_date as {{ dbt.type_string() }}) as value,
        cast(employees.hire_date as {{ dbt.type_string() }}) as detail
    from pay
    inner join employees on pay.business_entity_id = employees.business_entity_id
    where pay.rate_date < employees.hire_date
)

select
    kind,
    severity,
    entity,
    cast(business_entity_id as {{ dbt.type_string() }})
    || coalesce('|' || cast(found_on as {{ dbt.type_string() }}), '') as record_key,
    cast(business_entity_id as {{ dbt.type_string() }}) as worker_id,
    amount,
    raw_file,
    raw_row_number,
    column_name,
    value,
    detail
from findings
