-- From each payout line to the people planning rows behind it: the assignment to the plan, quotas, objectives, adjustment, draw.
with lines as (
    select * from {{ ref('fct_payouts') }}
),

-- The quotas behind each month of a component: those of its window's months, as far as its attainment reads them.
window_quotas as (
    select
        attainment.worker_id,
        attainment.component_id,
        attainment.period_id,
        attainment.measure_id,
        months.quota_period
    from {{ ref('fct_attainment') }} as attainment
    inner join {{ ref('dim_plan_components') }} as components on attainment.component_id = components.component_id
    inner join {{ ref('rpt_window_months') }} as months
        on
            attainment.worker_id = months.worker_id
            and attainment.component_id = months.component_id
            and attainment.window_id = months.window_id
    where components.quota_basis = 'full_window' or months.period_id <= attainment.period_id
    group by
        attainment.worker_id, attainment.component_id, attainment.period_id, attainment.measure_id, months.quota_period
)

select
    lines.payout_line_id,
    'plan_assignments' as entity,
    assignments.worker_id || '|' || assignments.plan_id || '|'
    || cast(assignments.valid_from as {{ dbt.type_string() }}) as record_key,
    assignments.source_system,
    assignments.raw_load_id,
    assignments.raw_file,
    assignments.raw_row_number
from lines
inner join {{ ref('dim_periods') }} as periods on lines.earned_period_id = periods.period_id
inner join {{ ref('dim_plan_components') }} as components on lines.component_id = components.component_id
inner join {{ ref('int_core__plan_assignments') }} as assignments
    on lines.worker_id = assignments.worker_id and components.plan_id = assignments.plan_id
where
    lines.line_type <> 'manual' and assignments.valid_from < periods.ends_on
    and coalesce(assignments.valid_to, date '9999-12-31') > periods.starts_on
union all
select
    lines.payout_line_id,
    'quotas' as entity,
    quotas.worker_id || '|' || quotas.measure_id || '|' || quotas.period as record_key,
    quotas.source_system,
    quotas.raw_load_id,
    quotas.raw_file,
    quotas.raw_row_number
from lines
inner join window_quotas
    on
        lines.worker_id = window_quotas.worker_id
        and lines.component_id = window_quotas.component_id
        and lines.earned_period_id = window_quotas.period_id
inner join {{ ref('int_core__quotas') }} as quotas
    on
        window_quotas.worker_id = quotas.worker_id
        and window_quotas.measure_id = quotas.measure_id
        and window_quotas.quota_period = quotas.period
where lines.line_type <> 'manual'
union all
select
    lines.payout_line_id,
    'worker_compensation' as entity,
    compensation.worker_id || '|' || cast(compensation.valid_from as {{ dbt.type_string() }}) as record_key,
    compensation.source_system,
    compensation.raw_load_id,
    compensation.raw_file,
    compensation.raw_row_number
from lines
inner join {{ ref('dim_periods') }} as periods on lines.earned_period_id = periods.period_id
inner join {{ ref('dim_plan_components') }} as components on lines.component_id = components.component_id
inner join {{ ref('int_core__worker_compensation') }} as compensation on lines.worker_id = compensation.worker_id
where
    lines.line_type <> 'manual' and components.payout_basis = 'target_incentive'
    and compensation.target_incentive is not null and compensation.valid_from < periods.ends_on
    and coalesce(compensation.valid_to, date '9999-12-31') > periods.starts_on
union all
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
