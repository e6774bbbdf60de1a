-- Per earned month, earning, hold, release and adjustment lines, settled and open, and what is still held, come to the
-- recomputed earned amount (calculation.md, what must always hold, 3). If it fails, somebody is paid twice or not at all.
-- Months without any line to come yet (due in a month ahead, or no open month to adjust in) are left out.
with paid as (
    select
        worker_id,
        component_id,
        earned_period_id,
        currency,
        sum(amount) as paid_amount,
        sum(case when line_type = 'release' then amount else 0 end) as released_amount
    from {{ ref('fct_payouts') }}
    where line_type in ('earning', 'hold', 'adjustment', 'release')
    group by worker_id, component_id, earned_period_id, currency
),

due as (
    select
        worker_id,
        component_id,
        earned_period_id,
        currency,
        earned_amount
    from {{ ref('int_payout__earned_periods') }}
    where line_period_id is not null
),

held as (
    select
        worker_id,
        component_id,
        earned_period_id,
        currency,
        sum(held_amount) as held_amount
    from {{ ref('int_payout__holds') }}
    where release_from_index is not null
    group by worker_id, component_id, earned_period_id, currency
),

sides as (
    select worker_id, component_id, earned_period_id, currency, paid_amount + -released_amount as amount, 0 as earned_amount
    from paid
    union all
    select worker_id, component_id, earned_period_id, currency, held_amount as amount, 0 as earned_amount from held
    union all
    select worker_id, component_id, earned_period_id, currency, 0 as amount, earned_amount from due
),

open_months as (
    select count(*) as open_count from {{ ref('dim_periods') }}
    where status = 'open'
)

select
    sides.worker_id,
    sides.component_id,
    sides.earned_period_id,
    sides.currency,
    sum(sides.amount) as paid_and_held_amount,
    sum(sides.earned_amount) as earned_amount
from sides
inner join open_months on open_months.open_count > 0
group by sides.worker_id, sides.component_id, sides.earned_period_id, sides.currency
having sum(sides.amount) <> sum(sides.earned_amount)
