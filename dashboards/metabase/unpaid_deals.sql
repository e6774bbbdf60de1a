-- Which deals pay nothing, or not yet, and why? One row per worker, deal and reason.
-- period: an optional month. worker: an optional id. reason: optional, such as below_threshold.
select
    period_id,
    worker_id,
    account_name,
    event_date,
    component_name,
    reason_code,
    amount,
    held_amount,
    currency
from marts.rpt_unpaid_deals
where transaction_id is not null
    [[and period_id = {{period}}]]
    [[and worker_id = {{worker}}]]
    [[and reason_code = {{reason}}]]
order by period_id desc, worker_id, event_date, transaction_id, component_id, reason_code
