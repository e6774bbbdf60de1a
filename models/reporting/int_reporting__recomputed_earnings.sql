-- What was paid for the closed month behind each open adjustment, and what is earned now (calculation.md §7).
with settled as (
    select
        worker_id,
        component_id,
        earned_period_id,
        sum(amount) as amount
    from {{ ref('stg_ledger__settled_payouts') }}
    where line_type in ('earning', 'hold', 'adjustment')
    group by worker_id, component_id, earned_period_id
)

select
    adjusted.payout_line_id,
    adjusted.earned_period_id,
    cast(coalesce(settled.amount, 0) as {{ money() }}) as old_amount,
    cast(coalesce(settled.amount, 0) + adjusted.amount as {{ money() }}) as new_amount
from {{ ref('fct_payouts') }} as adjusted
left join settled
    on
        adjusted.worker_id = settled.worker_id
        and adjusted.component_id = settled.component_id
        and adjusted.earned_period_id = settled.earned_period_id
where adjusted.line_type = 'adjustment' and not adjusted.is_settled
