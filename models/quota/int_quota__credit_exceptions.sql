-- Credits that don't count on a plan, with what is at stake (calculation.md §5).
select
    'missing_rate' as kind,
    'warn' as severity,
    'fx_rates' as entity,
    rate_period_id || '|' || coalesce(currency, '') || '|' || plan_currency || '|' || worker_id || '|' || component_id || '|'
    || period_id as record_key,
    worker_id,
    period_id,
    credit_amount as amount,
    currency,
    cast(null as {{ dbt.type_string() }}) as file,
    cast(null as bigint) as row_number,
    'rate' as column_name,
    cast(null as {{ dbt.type_string() }}) as value,
    'There is no rate from ' || coalesce(currency, '(no currency)') || ' to ' || plan_currency || ' for ' || rate_period_id
    || '; ' || cast(credit_count as {{ dbt.type_string() }}) || ' credit(s) of ' || worker_id || ' do not count on '
    || component_id || '.' as reason,
    'Add the rate of that month, in that direction, to fx_rates.csv in the rules.' as remedy
from {{ ref('int_quota__uncounted_credits') }}
where component_id is not null
union all
select
    'credit_on_no_plan' as kind,
    'info' as severity,
    'credits' as entity,
    worker_id || '|' || measure_id || '|' || period_id || '|' || coalesce(currency, '') as record_key,
    worker_id,
    period_id,
    credit_amount as amount,
    currency,
    cast(null as {{ dbt.type_string() }}) as file,
    cast(null as bigint) as row_number,
    'plan_id' as column_name,
    measure_id as value,
    cast(credit_count as {{ dbt.type_string() }}) || ' credit(s) of measure ' || measure_id || ' in ' || period_id
    || ' count on no plan of ' || worker_id || '.' as reason,
    'Nothing, if that is meant; else assign the worker to a plan with a component of this measure.' as remedy
from {{ ref('int_quota__uncounted_credits') }}
where component_id is null
union all
select
    'cancellation_not_counted' as kind,
    'warn' as severity,
    'credits' as entity,
    transaction_id || '|' || measure_id || '|' || worker_id as record_key,
    worker_id,
    period_id,
    credit_amount as amount,
    currency,
    raw_file as file,
    raw_row_number as row_number,
    'plan_id' as column_name,
    cast(null as {{ dbt.type_string() }}) as value,
    'The event that it cancels counted on another plan of ' || worker_id || ', or on none; nothing is taken back.' as reason,
    'Adjust the pay by hand (payout_adjustments), or let the new plan continue the old one (continues_plan_id).' as remedy
from {{ ref('int_quota__uncounted_reversals') }}
