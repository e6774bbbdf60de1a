-- Every line of every statement: the ledger's as they are, and the open months' as computed (calculation.md §7). The id is
-- of the line's keys alone, not of its amount or state, so a line keeps it when its month is closed. The number tells
-- lines of equal keys apart (manual ones): by amount.
with lines as (
    select
        worker_id,
        component_id,
        earned_period_id,
        pay_period_id,
        line_type,
        amount,
        currency,
        payroll_amount,
        payroll_currency,
        true as is_settled,
        cast(null as {{ dbt.type_string() }}) as adjustment_id,
        raw_load_id,
        raw_file,
        raw_row_number
    from {{ ref('stg_ledger__settled_payouts') }}
    union all
    select
        worker_id,
        component_id,
        earned_period_id,
        pay_period_id,
        line_type,
        amount,
        currency,
        payroll_amount,
        payroll_currency,
        false as is_settled,
        adjustment_id,
        cast(null as {{ dbt.type_string() }}) as raw_load_id,
        cast(null as {{ dbt.type_string() }}) as raw_file,
        cast(null as bigint) as raw_row_number
    from {{ ref('int_payout__open_lines') }}
),

numbered as (
    select
        lines.*,
        row_number() over (
            partition by worker_id, component_id, earned_period_id, pay_period_id, line_type, currency
            order by
                amount,
                {{ bytewise('adjustment_id') }} nulls first,
                {{ bytewise('raw_file') }} nulls first,
                raw_row_number nulls first
        ) as line_number
    from lines
)

select
    {{ stable_id(
        ['worker_id', 'component_id', 'earned_period_id', 'pay_period_id', 'line_type', 'currency', 'line_number']
    ) }} as payout_line_id,
    worker_id,
    component_id,
    earned_period_id,
    pay_period_id,
    line_type,
    cast(amount as {{ money() }}) as amount,
    currency,
    cast(payroll_amount as {{ money() }}) as payroll_amount,
    payroll_currency,
    is_settled,
    adjustment_id,
    raw_load_id,
    raw_file,
    cast(raw_row_number as bigint) as raw_row_number
from numbered
