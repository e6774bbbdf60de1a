-- What was a worker paid for? One row per deal and tier, latest month first; the rows of a line add up to it.
-- worker: an id, such as w00034. period: an optional month paid.
select
    pay_period_id,
    earned_period_id,
    component_name,
    line_type,
    line_reason,
    account_name,
    event_date,
    credited_amount,
    tier_from,
    rate,
    modifier,
    amount,
    currency
from marts.rpt_payout_statement
where worker_id = {{worker}}
    [[and pay_period_id = {{period}}]]
order by pay_period_id desc, earned_period_id, payout_line_id, part_number
