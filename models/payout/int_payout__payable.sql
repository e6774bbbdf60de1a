-- What a worker's lines of an open month come to before draws, by currency (calculation.md §7: E_t).
with lines as (
    select worker_id, pay_period_id, currency, amount from {{ ref('int_payout__earned_lines') }}
    union all
    select worker_id, pay_period_id, currency, amount from {{ ref('int_payout__release_lines') }}
)

select
    worker_id,
    pay_period_id,
    currency,
    cast(sum(amount) as {{ money() }}) as amount
from lines
group by worker_id, pay_period_id, currency
