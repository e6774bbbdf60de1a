-- The computed lines of all open months, each with what a worker's payroll pays for it (calculation.md §7). Without a rate
-- the payroll amount is null, and the line is an exception.
with lines as (
    select
        worker_id,
        component_id,
        earned_period_id,
        pay_period_id,
        line_type,
        currency,
        amount,
        cast(null as {{ dbt.type_string() }}) as adjustment_id
    from {{ ref('int_payout__earned_lines') }}
    union all
    select
        worker_id,
        component_id,
        earned_period_id,
        pay_period_id,
        line_type,
        currency,
        amount,
        cast(null as {{ dbt.type_string() }}) as adjustment_id
    from {{ ref('int_payout__release_lines') }}
    union all
    select
        worker_id,
        cast(null as {{ dbt.type_string() }}) as component_id,
        pay_period_id as earned_period_id,
        pay_period_id,
        line_type,
        currency,
        amount,
        cast(null as {{ dbt.type_string() }}) as adjustment_id
    from {{ ref('int_payout__draw_lines') }}
    union all
    select
        worker_id,
        component_id,
        earned_period_id,
        pay_period_id,
        line_type,
        currency,
        amount,
        adjustment_id
    from {{ ref('int_payout__manual_lines') }}
),

payroll_currencies as (
    select
        lines.*,
        coalesce(workers.payroll_currency, lines.currency) as payroll_currency
    from lines
    left join {{ ref('dim_workers') }} as workers on lines.worker_id = workers.worker_id
)

select
    lines.worker_id,
    lines.component_id,
    lines.earned_period_id,
    lines.pay_period_id,
    lines.line_type,
    lines.adjustment_id,
    lines.amount,
    lines.currency,
    cast(
        case
            when lines.payroll_currency = lines.currency then lines.amount
            else {{ mul_round('lines.amount', 'rates.rate', 8) }}
        end as {{ money() }}
    ) as payroll_amount,
    lines.payroll_currency
from payroll_currencies as lines
left join {{ ref('stg_rules__fx_rates') }} as rates
    on
        lines.pay_period_id = rates.period
        and lines.currency = rates.from_currency
        and lines.payroll_currency = rates.to_currency
