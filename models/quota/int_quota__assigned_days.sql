-- Runs of days on which a worker is employed and assigned to a plan, each with the stay that it belongs to: assignments that
-- follow each other without a gap make one stay (calculation.md §7). Dates are whole ranges, never single days.
with employed_and_assigned as (
    select
        assignments.worker_id,
        assignments.plan_id,
        assignments.target_incentive,
        greatest(assignments.valid_from, workers.hire_date) as assigned_from,
        least(
            coalesce(assignments.valid_to, date '9999-12-31'), coalesce(workers.termination_date, date '9999-12-31')
        ) as assigned_to
    from {{ ref('int_core__plan_assignments') }} as assignments
    inner join {{ ref('dim_workers') }} as workers on assignments.worker_id = workers.worker_id
),

with_earlier_end as (
    select
        *,
        max(assigned_to) over (
            partition by worker_id, plan_id
            order by assigned_from
            rows between unbounded preceding and 1 preceding
        ) as earlier_end
    from employed_and_assigned
    where assigned_from < assigned_to
),

numbered_stays as (
    select
        *,
        sum(case when earlier_end >= assigned_from then 0 else 1 end) over (
            partition by worker_id, plan_id
            order by assigned_from
            rows between unbounded preceding and current row
        ) as stay_number
    from with_earlier_end
),

stays as (
    select
        worker_id,
        plan_id,
        stay_number,
        min(assigned_from) as stay_from,
        max(assigned_to) as stay_to
    from numbered_stays
    group by worker_id, plan_id, stay_number
)

select
    numbered_stays.worker_id,
    numbered_stays.plan_id,
    numbered_stays.assigned_from,
    numbered_stays.assigned_to,
    numbered_stays.target_incentive,
    {{ stable_id(['stays.worker_id', 'stays.plan_id', 'stays.stay_from']) }} as stay_id,
    stays.stay_from,
    stays.stay_to
from numbered_stays
inner join stays
    on
        numbered_stays.worker_id = stays.worker_id
        and numbered_stays.plan_id = stays.plan_id
        and numbered_stays.stay_number = stays.stay_number
