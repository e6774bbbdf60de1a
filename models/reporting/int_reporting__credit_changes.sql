-- Credits of closed months that came, went or changed since the latest closing.
with last_closing as (
    select max(period_id) as period_id from {{ ref('stg_ledger__closed_periods') }}
),

before as (
    select * from {{ ref('stg_ledger__closed_credits') }}
),

now as (
    select credits.*
    from {{ ref('fct_credits') }} as credits
    inner join last_closing on credits.period_id <= last_closing.period_id
)

select
    coalesce(now.credit_id, before.credit_id) as credit_id,
    coalesce(now.transaction_id, before.transaction_id) as transaction_id,
    coalesce(now.worker_id, before.worker_id) as worker_id,
    coalesce(now.measure_id, before.measure_id) as measure_id,
    coalesce(now.period_id, before.period_id) as period_id,
    before.credit_amount as old_amount,
    now.credit_amount as new_amount
from before
full outer join now on before.credit_id = now.credit_id
where
    before.credit_id is null
    or now.credit_id is null
    or before.credit_amount <> now.credit_amount
    or coalesce(before.currency, '') <> coalesce(now.currency, '')
    or before.period_id <> now.period_id
