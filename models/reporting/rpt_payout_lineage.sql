-- The way back from every payout line to the rows it was made from, as delivered: file, content and row (calculation.md §8).
-- A line of a component leads to the credits of its earned month; a line without credits to its objectives, draw or adjustment.
with lines as (
    select * from {{ ref('fct_payouts') }}
),

credited as (
    select
        lines.payout_line_id,
        credits.credit_id,
        credits.converted_amount as credited_amount,
        credits.transaction_id,
        'sales_events' as entity,
        transactions.event_id as record_key,
        transactions.source_system,
        transactions.raw_load_id,
        transactions.raw_file,
        transactions.raw_row_number
    from lines
    inner join {{ ref('int_quota__plan_credits') }} as credits
        on
            lines.worker_id = credits.worker_id
            and lines.component_id = credits.component_id
            and lines.earned_period_id = credits.period_id
    inner join {{ ref('fct_transactions') }} as transactions on credits.transaction_id = transactions.transaction_id
    where lines.line_type <> 'manual'
),

planned as (
    select
        lines.payout_line_id,
        'objectives' as entity,
        objectives.objective_id as record_key,
        objectives.source_system,
        objectives.raw_load_id,
        objectives.raw_file,
        objectives.raw_row_number
    from lines
    inner join {{ ref('dim_periods') }} as periods on lines.earned_period_id = periods.period_id
    inner join {{ ref('int_core__objectives') }} as objectives
        on lines.worker_id = objectives.worker_id and lines.component_id = objectives.component_id
    where objectives.period in (periods.period_id, periods.quarter_id, periods.year_id) and lines.line_type <> 'manual'
    union all
    select
        lines.payout_line_id,
        'payout_adjustments' as entity,
        adjustments.adjustment_id as record_key,
        adjustments.source_system,
        adjustments.raw_load_id,
        adjustments.raw_file,
        adjustments.raw_row_number
    from lines
    inner join {{ ref('int_core__payout_adjustments') }} as adjustments
        on
            lines.worker_id = adjustments.worker_id
            and coalesce(lines.component_id, '') = coalesce(adjustments.component_id, '')
            and lines.earned_period_id = adjustments.period
    where lines.line_type = 'manual' and adjustments.approved_by is not null
    union all
    select
        lines.payout_line_id,
        'draws' as entity,
        draws.worker_id || '|' || draws.draw_type || '|' || cast(draws.valid_from as {{ dbt.type_string() }}) as record_key,
        draws.source_system,
        draws.raw_load_id,
        draws.raw_file,
        draws.raw_row_number
    from lines
    inner join {{ ref('dim_periods') }} as periods on lines.pay_period_id = periods.period_id
    inner join {{ ref('int_core__draws') }} as draws
        on lines.worker_id = draws.worker_id and periods.ends_on > draws.valid_from
    where
        (lines.line_type in ('draw', 'draw_recovery') and draws.draw_type = 'recoverable')
        or (
            lines.line_type = 'guarantee' and draws.draw_type = 'nonrecoverable'
            and coalesce(draws.valid_to, date '9999-12-31') > periods.starts_on
        )
),

steps as (
    select * from credited
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
    from planned
)

select
    lines.payout_line_id,
    lines.worker_id,
    lines.component_id,
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
left join {{ ref('int_core__landing_files') }} as files
    on
        steps.source_system = files.source_system
        and steps.raw_load_id = files.raw_load_id
        and steps.raw_file = files.raw_file
