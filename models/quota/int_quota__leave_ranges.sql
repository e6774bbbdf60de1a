-- Days of leave that don't count as active, as ranges that don't overlap: unpaid leave everywhere, paid leave too in plans
-- where it doesn't count (calculation.md §5). A day of two leaves is one day.
with leaves as (
    select
        worker_id,
        true as paid_leave_counts,
        leave_from,
        coalesce(leave_to, date '9999-12-31') as leave_to
    from {{ ref('int_core__worker_leaves') }}
    where not is_paid
    union all
    select
        worker_id,
        false as paid_leave_counts,
        leave_from,
        coalesce(leave_to, date '9999-12-31') as leave_to
    from {{ ref('int_core__worker_leaves') }}
),

spans as (
    select
        worker_id,
        paid_leave_counts,
        leave_from,
        max(leave_to) as leave_to
    from leaves
    where leave_from < leave_to
    group by worker_id, paid_leave_counts, leave_from
),

with_earlier_end as (
    select
        *,
        max(leave_to) over (
            partition by worker_id, paid_leave_counts
            order by leave_from
            rows between unbounded preceding and 1 preceding
        ) as earlier_end
    from spans
),

numbered_ranges as (
    select
        *,
        sum(case when earlier_end >= leave_from then 0 else 1 end) over (
            partition by worker_id, paid_leave_counts
            order by leave_from
            rows between unbounded preceding and current row
        ) as range_number
    from with_earlier_end
)

select
    worker_id,
    paid_leave_counts,
    min(leave_from) as leave_from,
    max(leave_to) as leave_to
from numbered_ranges
group by worker_id, paid_leave_counts, range_number
