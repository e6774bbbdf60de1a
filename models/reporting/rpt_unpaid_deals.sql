-- Deals that a worker may ask about because they pay nothing, or not yet, each with one reason (calculation.md §8): from deals of
-- the worker's own that credit somebody else or nobody, to what is held until the customer has paid.
with findings as (
    select
        worker_id,
        transaction_id,
        period_id,
        cast(null as {{ dbt.type_string() }}) as measure_id,
        cast(null as {{ dbt.type_string() }}) as component_id,
        cast(null as {{ dbt.type_string() }}) as credit_id,
        reason_code,
        cast(amount as {{ qty() }}) as amount,
        currency,
        cast(null as {{ money() }}) as held_amount
    from {{ ref('int_reporting__uncredited_deals') }}
    union all
    select
        worker_id,
        transaction_id,
        period_id,
        measure_id,
        cast(null as {{ dbt.type_string() }}) as component_id,
        credit_id,
        reason_code,
        amount,
        currency,
        cast(null as {{ money() }}) as held_amount
    from {{ ref('int_reporting__uncounted_credits') }}
    union all
    select
        worker_id,
        transaction_id,
        period_id,
        cast(null as {{ dbt.type_string() }}) as measure_id,
        component_id,
        credit_id,
        reason_code,
        cast(amount as {{ qty() }}) as amount,
        currency,
        cast(null as {{ money() }}) as held_amount
    from {{ ref('int_reporting__unearning_deals') }}
    union all
    select
        worker_id,
        transaction_id,
        earned_period_id as period_id,
        cast(null as {{ dbt.type_string() }}) as measure_id,
        component_id,
        credit_id,
        'held_until_' || release_event as reason_code,
        cast(null as {{ qty() }}) as amount,
        currency,
        still_held_amount as held_amount
    from {{ ref('rpt_held_deals') }}
    where still_held_amount <> 0
),

measure_names as (
    select
        record_key as measure_id,
        rule_value as measure_name
    from {{ ref('dim_rules') }}
    where entity = 'measures' and column_name = 'measure_name'
)

select
    findings.worker_id,
    workers.worker_name,
    findings.period_id,
    findings.transaction_id,
    transactions.event_date,
    transactions.event_type,
    accounts.account_name,
    coalesce(findings.measure_id, components.measure_id) as measure_id,
    coalesce(measure_names.measure_name, findings.measure_id, components.measure_id) as measure_name,
    findings.component_id,
    components.component_name,
    findings.credit_id,
    findings.reason_code,
    findings.amount,
    findings.held_amount,
    findings.currency
from findings
left join {{ ref('fct_transactions') }} as transactions on findings.transaction_id = transactions.transaction_id
left join {{ ref('dim_accounts') }} as accounts on transactions.account_id = accounts.account_id
left join {{ ref('dim_plan_components') }} as components on findings.component_id = components.component_id
left join measure_names on coalesce(findings.measure_id, components.measure_id) = measure_names.measure_id
left join {{ ref('dim_workers') }} as workers on findings.worker_id = workers.worker_id
