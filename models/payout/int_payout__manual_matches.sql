-- Which approved adjustments the ledger has paid (calculation.md §7). A settled line doesn't name its adjustment, so within
-- a worker, component, month and currency they are matched by amount, one to one. What is left on both sides is an
-- adjustment whose amount was changed after it was paid: only the difference is owed.
with adjustments as (
    select
        adjustment_id,
        worker_id,
        coalesce(component_id, '') as component_key,
        period,
        currency,
        amount,
        row_number() over (
            partition by worker_id, component_id, period, currency, amount order by {{ bytewise('adjustment_id') }}
        ) as amount_rank
    from {{ ref('int_core__payout_adjustments') }}
    where is_approved
),

settled as (
    select
        worker_id,
        coalesce(component_id, '') as component_key,
        earned_period_id as period,
        currency,
        amount,
        row_number() over (
            partition by worker_id, component_id, earned_period_id, currency, amount order by pay_period_id
        ) as amount_rank
    from {{ ref('stg_ledger__settled_payouts') }}
    where line_type = 'manual'
)

select
    adjustments.adjustment_id,
    coalesce(adjustments.worker_id, settled.worker_id) as worker_id,
    nullif(coalesce(adjustments.component_key, settled.component_key), '') as component_id,
    coalesce(adjustments.period, settled.period) as period_id,
    coalesce(adjustments.currency, settled.currency) as currency,
    coalesce(adjustments.amount, settled.amount) as amount,
    coalesce(adjustments.amount_rank, settled.amount_rank) as amount_rank,
    adjustments.amount is not null as is_approved,
    settled.amount is not null as is_settled
from adjustments
full outer join settled
    on
        adjustments.worker_id = settled.worker_id
        and adjustments.component_key = settled.component_key
        and adjustments.period = settled.period
        and adjustments.currency = settled.currency
        and adjustments.amount = settled.amount
        and adjustments.amount_rank = settled.amount_rank
