-- Credits that would count outside their worker's employment (calculation.md §3): left out of fct_credits, and listed. That can
-- only be where a credit counts on another date than its event's: a cancellation on its own date.
select
    kept.transaction_id,
    kept.measure_id,
    kept.worker_id,
    kept.period_id,
    kept.credit_date,
    kept.credit_amount,
    kept.currency
from {{ ref('int_credit__kept_credits') }} as kept
inner join {{ ref('dim_workers') }} as workers on kept.worker_id = workers.worker_id
where
    kept.credit_date <> kept.origin_event_date
    and (kept.credit_date < workers.hire_date or kept.credit_date >= workers.termination_date)
