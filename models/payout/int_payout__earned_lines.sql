-- Earning, hold and adjustment lines of the open months (calculation.md §7). An adjustment is a sum of signed lines, what is
-- due now less what was settled: a side that is missing is 0, and nothing is lost.
with earned_periods as (
    select * from {{ ref('int_payout__earned_periods') }}
),

settled as (
    select * from {{ ref('int_payout__settled_earnings') }}
),

held as (
    select
        worker_id,
        component_id,
        earned_period_id,
        sum(held_amount) as held_amount
    from {{ ref('int_payout__holds') }}
    group by worker_id, component_id, earned_period_id
),

recomputed as (
    select
        earned_periods.*,
        coalesce(held.held_amount, 0) as held_amount
    from earned_periods
    left join held
        on
            earned_periods.worker_id = held.worker_id
            and earned_periods.component_id = held.component_id
            and earned_periods.earned_period_id = held.earned_period_id
),

signed_lines as (
    select
        worker_id,
        component_id,
        earned_period_id,
        line_period_id as pay_period_id,
        case when is_adjusted then 'adjustment' else 'earning' end as line_type,
        currency,
        earned_amount as amount
    from recomputed
    union all
    select
        worker_id,
        component_id,
        earned_period_id,
        line_period_id as pay_period_id,
        case when is_adjusted then 'adjustment' else 'hold' end as line_type,
        currency,
        -held_amount as amount
    from recomputed
    union all
    select
        settled.worker_id,
        settled.component_id,
        settled.earned_period_id,
        line_periods.first_open_period_id as pay_period_id,
        'adjustment' as line_type,
        settled.currency,
        -settled.settled_amount as amount
    from settled
    inner join {{ ref('int_payout__line_periods') }} as line_periods on settled.earned_period_id = line_periods.period_id
)

select
    worker_id,
    component_id,
    earned_period_id,
    pay_period_id,
    line_type,
    currency,
    cast(sum(amount) as {{ money() }}) as amount
from signed_lines
where pay_period_id is not null
group by worker_id, component_id, earned_period_id, pay_period_id, line_type, currency
having sum(amount) <> 0
