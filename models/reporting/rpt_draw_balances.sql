-- What is drawn, what was earned against it, and what is owed, by open month (calculation.md §7).
with balances as (
    select
        'recoverable' as draw_type,
        worker_id,
        period_id,
        currency,
        change_amount,
        balance_amount,
        line_amount
    from {{ ref('int_payout__draw_balances') }}
)

select
    months.worker_id,
    workers.worker_name,
    months.draw_type,
    months.period_id,
    months.currency,
    cast(months.draw_days as integer) as draw_days,
    months.drawn_amount,
    months.earned_amount,
    months.recovery_share,
    months.recovery_from,
    balances.change_amount,
    cast(balances.balance_amount - balances.line_amount as {{ money() }}) as balance_before,
    balances.balance_amount,
    cast(case
        when months.draw_type = 'recoverable' then balances.line_amount
        when months.drawn_amount > months.earned_amount then months.drawn_amount - months.earned_amount
        else 0
    end as {{ money() }}) as line_amount
from {{ ref('int_payout__draw_months') }} as months
left join {{ ref('dim_workers') }} as workers on months.worker_id = workers.worker_id
left join balances
    on
        months.draw_type = balances.draw_type
        and months.worker_id = balances.worker_id
        and months.period_id = balances.period_id
        and months.currency = balances.currency
