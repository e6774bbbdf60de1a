-- What each worker owes on recoverable draws at the end of each open month (calculation.md §7). The change of a month does
-- not depend on the balance, so balance_t = max(0, balance_t-1 + change_t) is a running sum less its own lowest point
-- below 0: no recursion. The first open month starts from what settled lines paid and recovered.
with months as (
    select * from {{ ref('int_payout__draw_months') }}
    where draw_type = 'recoverable'
),

settled as (
    select
        worker_id,
        currency,
        greatest(sum(amount), 0) as balance_amount
    from {{ ref('stg_ledger__settled_payouts') }}
    where line_type in ('draw', 'draw_recovery')
    group by worker_id, currency
),

changes as (
    select
        months.*,
        coalesce(settled.balance_amount, 0) as settled_balance,
        case
            when months.earned_amount < months.drawn_amount then months.drawn_amount - months.earned_amount
            when months.ends_on <= months.recovery_from then 0
            else {{ mul_round('months.drawn_amount - months.earned_amount', 'months.recovery_share', 9) }}
        end as change_amount
    from months
    left join settled on months.worker_id = settled.worker_id and months.currency = settled.currency
),

-- after the draw's or the worker's last day the balance only falls
falling as (
    select
        changes.*,
        case when draw_days = 0 and change_amount > 0 then 0 else change_amount end as effective_change
    from changes
),

sums as (
    select
        falling.*,
        settled_balance + sum(effective_change) over (
            partition by worker_id order by month_index rows between unbounded preceding and current row
        ) as running_sum
    from falling
),

balances as (
    select
        sums.*,
        running_sum - least(
            0, min(running_sum) over (
                partition by worker_id order by month_index rows between unbounded preceding and current row
            )
        ) as balance
    from sums
)

select
    worker_id,
    period_id,
    currency,
    drawn_amount,
    earned_amount,
    cast(effective_change as {{ money() }}) as change_amount,
    cast(balance as {{ money() }}) as balance_amount,
    cast(
        balance - coalesce(lag(balance) over (partition by worker_id order by month_index), settled_balance) as {{ money() }}
    ) as line_amount
from balances
