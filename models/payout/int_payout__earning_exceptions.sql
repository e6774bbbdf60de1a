-- What couldn't be earned as the plan has it (calculation.md §6): a matrix without tiers for the other component's reading, a
-- target incentive that nobody gave, or one without a rate to the plan's currency. Each pays 0 until it is mended.
with matrix_gaps as (
    select * from {{ ref('int_payout__positions') }}
    where band_from is null
),

incentive_months as (
    select months.*
    from {{ ref('int_payout__incentive_months') }} as months
    inner join {{ ref('dim_periods') }} as periods on months.period_id = periods.period_id
    where periods.status <> 'future'
),

exceptions as (
    select
        'matrix_gap' as kind,
        'rate_tiers' as entity,
        worker_id || '|' || component_id || '|' || period_id as record_key,
        worker_id,
        period_id,
        credited_amount as amount,
        currency,
        'cross_from' as column_name,
        cast(cast(cross_reading as {{ rate() }}) as {{ dbt.type_string() }}) as value,
        'No tier of ' || component_id || ' holds this reading of ' || cross_component_id || '; the component pays 0.' as reason,
        'Add tiers for it to rate_tiers.csv, or let cross_from and cross_to cover it.' as remedy,
        cast(null as {{ dbt.type_string() }}) as file,
        cast(null as bigint) as row_number
    from matrix_gaps
    union all
    select
        'missing_target_incentive' as kind,
        'plan_assignments' as entity,
        worker_id || '|' || plan_id || '|' || period_id as record_key,
        worker_id,
        period_id,
        cast(null as {{ qty() }}) as amount,
        plan_currency as currency,
        'target_incentive' as column_name,
        cast(null as {{ dbt.type_string() }}) as value,
        'A component of ' || plan_id || ' pays on a target incentive, and neither the plan assignment nor worker_compensation'
        || ' has one on ' || cast(last_day as {{ dbt.type_string() }}) || '; the month counts 0.' as reason,
        'Give target_incentive in plan_assignments, or a row of worker_compensation that holds on that day.' as remedy,
        raw_file as file,
        raw_row_number as row_number
    from incentive_months
    where target_incentive is null
    union all
    select
        'missing_rate' as kind,
        'fx_rates' as entity,
        worker_id || '|' || plan_id || '|' || period_id as record_key,
        worker_id,
        period_id,
        target_incentive as amount,
        currency,
        'rate' as column_name,
        period_id || '|' || currency || '|' || plan_currency as value,
        'No rate from ' || currency || ' to ' || plan_currency || ' for ' || period_id
        || '; the target incentive of the month counts 0.' as reason,
        'Add the rate to fx_rates.csv.' as remedy,
        raw_file as file,
        raw_row_number as row_number
    from incentive_months
    where target_incentive is not null and rate is null
)

select
    kind,
    'warn' as severity,
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
from exceptions
