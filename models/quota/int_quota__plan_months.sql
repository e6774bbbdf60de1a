-- Each month of a worker on a plan: its days, those of them that are active, and the stay it belongs to (calculation.md
-- §5–7). Future months of the calendar are here too: windows and last months of a stay need them.
with pieces as (
    select
        assigned.worker_id,
        assigned.plan_id,
        assigned.stay_id,
        assigned.stay_to,
        assigned.target_incentive,
        plans.paid_leave_counts,
        periods.period_id,
        periods.month_index,
        periods.days_in_month,
        greatest(assigned.assigned_from, periods.starts_on) as piece_from,
        least(assigned.assigned_to, periods.ends_on) as piece_to
    from {{ ref('int_quota__assigned_days') }} as assigned
    inner join {{ ref('stg_rules__plans') }} as plans on assigned.plan_id = plans.plan_id
    inner join {{ ref('dim_periods') }} as periods
        on assigned.assigned_from < periods.ends_on and assigned.assigned_to > periods.starts_on
),

leave_days as (
    select
        pieces.worker_id,
        pieces.plan_id,
        pieces.period_id,
        sum({{ days_between('greatest(pieces.piece_from, leaves.leave_from)', 'least(pieces.piece_to, leaves.leave_to)') }})
            as days_on_leave
    from pieces
    inner join {{ ref('int_quota__leave_ranges') }} as leaves
        on
            pieces.worker_id = leaves.worker_id
            and pieces.paid_leave_counts = leaves.paid_leave_counts
            and pieces.piece_from < leaves.leave_to
            and pieces.piece_to > leaves.leave_from
    group by pieces.worker_id, pieces.plan_id, pieces.period_id
),

months as (
    select
        worker_id,
        plan_id,
        period_id,
        month_index,
        days_in_month,
        min(piece_from) as first_day,
        max(piece_to) as day_after_last,
        sum({{ days_between('piece_from', 'piece_to') }}) as days_on_plan
    from pieces
    group by worker_id, plan_id, period_id, month_index, days_in_month
)

select
    months.worker_id,
    months.plan_id,
    months.period_id,
    months.month_index,
    months.first_day,
    cast(months.day_after_last - interval '1' day as date) as last_day,
    cast(months.days_on_plan as integer) as days_on_plan,
    cast(months.days_on_plan - coalesce(leave_days.days_on_leave, 0) as integer) as active_days,
    months.days_in_month,
    pieces.stay_id,
    case
        when pieces.stay_to < date '9999-12-31' then cast(pieces.stay_to - interval '1' day as date)
    end as stay_last_day,
    months.month_index - hire_months.hire_month_index + 1 as tenure_month,
    pieces.target_incentive as assignment_target_incentive
from months
inner join pieces
    on
        months.worker_id = pieces.worker_id
        and months.plan_id = pieces.plan_id
        and months.period_id = pieces.period_id
        and months.day_after_last = pieces.piece_to
left join {{ ref('int_quota__hire_months') }} as hire_months on months.worker_id = hire_months.worker_id
left join leave_days
    on
        months.worker_id = leave_days.worker_id
        and months.plan_id = leave_days.plan_id
        and months.period_id = leave_days.period_id
