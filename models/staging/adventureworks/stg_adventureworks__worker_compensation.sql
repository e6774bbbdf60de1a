-- Pay is kept by the hour for everyone. A year is 2,080 hours (52 weeks of 40): by it 125.50 is 261,040.00 exactly, and 23.0769
-- is 47,999.95, the 48,000 from which the source rounded it. A rate holds until the next one.
with pay as (
    select
        business_entity_id,
        rate,
        cast(rate_change_date as date) as valid_from,
        {{ provenance() }}
    from {{ current_rows('raw_adventureworks', 'employee_pay_history') }} as landed
)

select
    'adventureworks' as source_system,
    cast(business_entity_id as {{ dbt.type_string() }}) as worker_id,
    valid_from,
    lead(valid_from) over (partition by business_entity_id order by valid_from) as valid_to,
    cast(round({{ dec('rate', 4) }} * 2080, 2) as {{ money() }}) as base_salary,
    cast(null as {{ money() }}) as target_incentive,
    'USD' as currency,
    raw_load_id,
    raw_file,
    raw_row_number
from pay
