-- Lines of draws in the open months (calculation.md §7): a recoverable draw pays what its balance rises and takes back what
-- it falls; a nonrecoverable one pays what is missing to it.
with lines as (
    select
        worker_id,
        period_id,
        case when line_amount > 0 then 'draw' else 'draw_recovery' end as line_type,
        currency,
        line_amount as amount
    from {{ ref('int_payout__draw_balances') }}
    where line_amount <> 0
    union all
    select
        worker_id,
        period_id,
        'guarantee' as line_type,
        currency,
        drawn_amount - earned_amount as amount
    from {{ ref('int_payout__draw_months') }}
    where draw_type = 'nonrecoverable' and drawn_amount > earned_amount
)

select
    worker_id,
    period_id as pay_period_id,
    line_type,
    currency,
    cast(amount as {{ money() }}) as amount
from lines
