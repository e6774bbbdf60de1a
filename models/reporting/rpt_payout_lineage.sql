-- The way back from every payout line to the rows it was made from, as delivered: file, content and row (calculation.md §8).
-- Lines of components lead to credits and to planning rows, lines of draws and adjustments to theirs; no line is left out.
with lines as (
    select * from {{ ref('fct_payouts') }}
),

steps as (
    select * from {{ ref('int_reporting__credited_lines') }}
    union all
    select
        payout_line_id,
        cast(null as {{ dbt.type_string() }}) as credit_id,
        cast(null as {{ qty() }}) as credited_amount,
        cast(null as {{ dbt.type_string() }}) as transaction_id,
        entity,
        record_key,
        source_system,
        raw_load_id,
        raw_file,
        raw_row_number
    from {{ ref('int_reporting__planned_lines') }}
)

select
    lines.payout_line_id,
    lines.worker_id,
    workers.worker_name,
    lines.component_id,
    components.component_name,
    lines.earned_period_id,
    lines.pay_period_id,
    lines.line_type,
    lines.amount as line_amount,
    lines.currency,
    steps.entity,
    steps.record_key,
    steps.credit_id,
    steps.credited_amount,
    steps.transaction_id,
    steps.source_system,
    steps.raw_load_id,
    steps.raw_file,
    files.raw_file_sha256,
    steps.raw_row_number
from lines
left join steps on lines.payout_line_id = steps.payout_line_id
left join {{ ref('dim_workers') }} as workers on lines.worker_id = workers.worker_id
left join {{ ref('dim_plan_components') }} as components on lines.component_id = components.component_id
left join {{ ref('int_core__landing_files') }} as files
    on
        steps.source_system = files.source_system
        and steps.raw_load_id = files.raw_load_id
        and steps.raw_file = files.raw_file
