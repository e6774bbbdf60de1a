-- What a schedule releases of the holds, by the month in which it counts (calculation.md §7): round(held × the sum of the
-- shares whose months have passed) less the same before, from the hold's own pay month on.
with steps as (
    select
        holds.worker_id,
        holds.component_id,
        holds.earned_period_id,
        holds.currency,
        holds.held_amount,
        greatest(holds.earned_index + schedules.after_months, holds.release_from_index) as month_index,
        sum(schedules.share) as share
    from {{ ref('int_payout__holds') }} as holds
    inner join {{ ref('stg_rules__release_schedules') }} as schedules on holds.component_id = schedules.component_id
    where holds.release_event = 'schedule' and holds.release_from_index is not null
    group by
        holds.worker_id, holds.component_id, holds.earned_period_id, holds.currency, holds.held_amount,
        greatest(holds.earned_index + schedules.after_months, holds.release_from_index)
),

shares as (
    select
        steps.*,
        sum(share) over (
            partition by worker_id, component_id, earned_period_id
            order by month_index rows between unbounded preceding and current row
        ) as share_to_date
    from steps
),

totals as (
    select
        worker_id,
        component_id,
        earned_period_id,
        currency,
        month_index,
        {{ mul_round('held_amount', 'share_to_date', 9) }} as released_to_date
    from shares
)

select
    worker_id,
    component_id,
    earned_period_id,
    currency,
    month_index,
    cast(
        released_to_date - lag(released_to_date, 1, 0) over (
            partition by worker_id, component_id, earned_period_id order by month_index
        ) as {{ money() }}
    ) as released_amount
from totals
