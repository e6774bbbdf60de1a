-- What was paid besides earnings? Adjustments of closed months, draws, guarantees and manual lines, latest first.
-- worker: an optional id.
select
    pay_period_id,
    earned_period_id,
    worker_name,
    worker_id,
    line_type,
    line_reason,
    sum(amount) as paid,
    currency
from marts.rpt_payout_statement
where line_type not in ('earning', 'hold', 'release')
    [[and worker_id = {{worker}}]]
group by payout_line_id, pay_period_id, earned_period_id, worker_name, worker_id, line_type, line_reason, currency
order by pay_period_id desc, worker_id, payout_line_id
