-- Credits that count on no component of their worker, with the reason (calculation.md §5).
with uncounted as (
    select credits.*
    from {{ ref('fct_credits') }} as credits
    where
        credits.credit_amount <> 0
        and not exists (
            select 1 from {{ ref('int_quota__plan_credits') }} as counted
            where credits.credit_id = counted.credit_id
        )
),

assigned as (
    select
        uncounted.credit_id,
        max(case when assignments.is_money and uncounted.currency <> assignments.currency then 1 else 0 end) as is_foreign
    from uncounted
    inner join {{ ref('int_quota__component_assignments') }} as assignments
        on
            uncounted.worker_id = assignments.worker_id
            and uncounted.measure_id = assignments.measure_id
            and uncounted.credit_date >= assignments.assigned_from
            and uncounted.credit_date < assignments.assigned_to
    group by uncounted.credit_id
)

select
    uncounted.credit_id,
    uncounted.worker_id,
    uncounted.transaction_id,
    uncounted.measure_id,
    uncounted.period_id,
    uncounted.credit_amount as amount,
    uncounted.currency,
    case
        when assigned.credit_id is null then 'not_on_a_plan'
        when uncounted.origin_transaction_id <> uncounted.transaction_id then 'event_not_counted'
        when assigned.is_foreign = 1 then 'missing_rate'
        else 'event_not_counted'
    end as reason_code
from uncounted
left join assigned on uncounted.credit_id = assigned.credit_id
