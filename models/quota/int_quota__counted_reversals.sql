-- Credits of cancellations that count on a component: those whose event counted on its plan, or on one that it continues
-- (calculation.md §5), whatever the measure there: the plan of a new year may have a new one. counted_plan_id says where the
-- event counted; what counts nowhere is an exception, to be adjusted by hand.
with events as (
    select
        worker_id,
        transaction_id,
        plan_id
    from {{ ref('int_quota__reversed_events') }}
    group by worker_id, transaction_id, plan_id
)

select
    credits.credit_id,
    assignments.component_id,
    events.plan_id as counted_plan_id
from {{ ref('fct_credits') }} as credits
inner join {{ ref('int_quota__component_assignments') }} as assignments
    on
        credits.worker_id = assignments.worker_id
        and credits.measure_id = assignments.measure_id
        and credits.credit_date >= assignments.assigned_from
        and credits.credit_date < assignments.assigned_to
inner join {{ ref('int_quota__plan_chains') }} as chains on assignments.plan_id = chains.plan_id
inner join events
    on
        credits.worker_id = events.worker_id
        and credits.origin_transaction_id = events.transaction_id
        and chains.counted_plan_id = events.plan_id
where credits.origin_transaction_id <> credits.transaction_id
