-- What is paid each month, and as what? One row per month paid, kind of line and currency: currencies are never added.
-- currency: optional, such as USD.
select
    pay_period_id,
    line_type,
    currency,
    sum(amount) as paid,
    count(distinct worker_id) as people
from marts.rpt_payout_statement
where pay_period_id is not null
    [[and currency = {{currency}}]]
group by pay_period_id, line_type, currency
order by pay_period_id, currency, line_type
