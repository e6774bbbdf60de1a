-- One plan per rate of commission, named by its basis points, from the first quota on but not before the hire date.
-- The bonus is due for each quarter whose quota is met, and target incentives are annual: four bonuses a year.
with salespeople as (
    select business_entity_id, bonus, commission_pct, {{ provenance() }}
    from {{ current_rows('raw_adventureworks', 'sales_person') }} as landed
),

first_quotas as (
    select business_entity_id, cast(min(quota_date) as date) as quota_date
    from {{ current_rows('raw_adventureworks', 'sales_person_quota_history') }} as landed
    group by business_entity_id
)

select
    'adventureworks' as source_system,
    cast(salespeople.business_entity_id as {{ dbt.type_string() }}) as worker_id,
    'rate-' || cast(cast(salespeople.commission_pct * 10000 as integer) as {{ dbt.type_string() }}) || 'bp' as plan_id,
    greatest(employees.hire_date, first_quotas.quota_date) as valid_from,
    cast(null as date) as valid_to,
    cast(round(salespeople.bonus * 4, 2) as {{ money() }}) as target_incentive,
    salespeople.raw_load_id,
    salespeople.raw_file,
    salespeople.raw_row_number
from salespeople
left join {{ current_rows('raw_adventureworks', 'employee') }} as employees
    on salespeople.business_entity_id = employees.business_entity_id
left join first_quotas on salespeople.business_entity_id = first_quotas.business_entity_id
