-- Release lines of the open months: what is released in total less what lines released before, settled ones in the first
-- open month (calculation.md §7). They go on after the worker has left.
with computed as (
    select * from {{ ref('int_payout__event_releases') }}
    union all
    select * from {{ ref('int_payout__schedule_releases') }}
),

releases as (
    select
        computed.worker_id,
        computed.component_id,
        computed.earned_period_id,
        computed.currency,
        periods.period_id as pay_period_id,
        computed.released_amount as amount
    from computed
    inner join {{ ref('int_payout__line_periods') }} as periods on computed.month_index = periods.month_index
    where periods.status = 'open'
    union all
    select
        settled.worker_id,
        settled.component_id,
        settled.earned_period_id,
        settled.currency,
        periods.first_open_period_id as pay_period_id,
        -settled.settled_release_amount as amount
    from {{ ref('int_payout__settled_earnings') }} as settled
    inner join {{ ref('int_payout__line_periods') }} as periods on settled.earned_period_id = periods.period_id
    where periods.first_open_period_id is not null
)

select
    worker_id,
    component_id,
    earned_period_id,
    pay_period_id,
    'release' as line_type,
    currency,
    cast(sum(amount) as {{ money() }}) as amount
from releases
group by worker_id, component_id, earned_period_id, pay_period_id, currency
having sum(amount) <> 0
