-- Events that a cancellation names, with the plans on which their credits count: what a cancellation's own credit is
-- measured by (calculation.md §5).
with named_events as (
    select reversed_transaction_id as transaction_id
    from {{ ref('fct_transactions') }}
    where reversed_transaction_id is not null
    group by reversed_transaction_id
)

select
    credits.worker_id,
    credits.transaction_id,
    credits.measure_id,
    assignments.plan_id
from {{ ref('fct_credits') }} as credits
inner join named_events on credits.transaction_id = named_events.transaction_id
inner join {{ ref('int_quota__component_assignments') }} as assignments
    on
        credits.worker_id = assignments.worker_id
        and credits.measure_id = assignments.measure_id
        and credits.credit_date >= assignments.assigned_from
        and credits.credit_date < assignments.assigned_to
left join {{ ref('stg_rules__fx_rates') }} as rates
    on
        credits.origin_period_id = rates.period
        and credits.currency = rates.from_currency
        and assignments.currency = rates.to_currency
where not assignments.is_money or credits.currency = assignments.currency or rates.rate is not null
group by credits.worker_id, credits.transaction_id, credits.measure_id, assignments.plan_id
