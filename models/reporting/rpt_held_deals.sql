-- What is held back of each deal's earning, and what of it is released by now (calculation.md §7).
with released as (
    select
        worker_id,
        component_id,
        earned_period_id,
        coalesce(credit_id, '') as credit_key,
        sum(released_amount) as released_amount
    from {{ ref('rpt_hold_releases') }}
    group by worker_id, component_id, earned_period_id, coalesce(credit_id, '')
)

select
    holds.worker_id,
    workers.worker_name,
    holds.component_id,
    components.component_name,
    holds.earned_period_id,
    holds.credit_id,
    credits.transaction_id,
    holds.origin_transaction_id,
    holds.release_event,
    components.release_share_at_booking,
    periods.period_id as hold_period_id,
    holds.earned_amount,
    holds.held_amount,
    cast(coalesce(released.released_amount, 0) as {{ money() }}) as released_amount,
    cast(holds.held_amount - coalesce(released.released_amount, 0) as {{ money() }}) as still_held_amount,
    holds.currency
from {{ ref('int_payout__holds') }} as holds
inner join {{ ref('dim_plan_components') }} as components on holds.component_id = components.component_id
left join {{ ref('dim_workers') }} as workers on holds.worker_id = workers.worker_id
left join {{ ref('dim_periods') }} as periods on holds.release_from_index = periods.month_index
left join {{ ref('fct_credits') }} as credits on holds.credit_id = credits.credit_id
left join released
    on
        holds.worker_id = released.worker_id
        and holds.component_id = released.component_id
        and holds.earned_period_id = released.earned_period_id
        and coalesce(holds.credit_id, '') = released.credit_key
