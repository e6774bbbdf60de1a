-- Draws by open month (calculation.md §7), with the days on which each holds while its worker is employed. A recoverable
-- draw goes on in the months after its end, without days, until its balance is gone. What the ledger paid and recovered
-- stands here as a draw without amount, so that a balance is recovered even where its draw is no longer delivered.
with periods as (
    select * from {{ ref('int_payout__line_periods') }}
    where status = 'open'
),

settled as (
    select
        worker_id,
        min(currency) as currency
    from {{ ref('stg_ledger__settled_payouts') }}
    where line_type in ('draw', 'draw_recovery')
    group by worker_id
),

draws as (
    select
        worker_id,
        draw_type,
        valid_from,
        valid_to,
        amount_per_month,
        currency,
        recovery_share,
        recovery_from
    from {{ ref('int_core__draws') }}
    union all
    select
        worker_id,
        'recoverable' as draw_type,
        cast('1900-01-01' as date) as valid_from,
        cast('1900-01-01' as date) as valid_to,
        cast(0 as {{ money() }}) as amount_per_month,
        currency,
        cast(1 as {{ share() }}) as recovery_share,
        cast('1900-01-01' as date) as recovery_from
    from settled
),

held_days as (
    select
        draws.*,
        periods.period_id,
        periods.month_index,
        periods.ends_on,
        periods.days_in_month,
        greatest(periods.starts_on, draws.valid_from, coalesce(workers.hire_date, draws.valid_from)) as holds_from,
        least(
            periods.ends_on, coalesce(draws.valid_to, periods.ends_on), coalesce(workers.termination_date, periods.ends_on)
        ) as holds_to
    from draws
    inner join periods on draws.valid_from < periods.ends_on
    left join {{ ref('dim_workers') }} as workers on draws.worker_id = workers.worker_id
),

days as (
    select
        held_days.*,
        case when holds_from < holds_to then {{ days_between('holds_from', 'holds_to') }} else 0 end as draw_days
    from held_days
)

select
    worker_id,
    draw_type,
    valid_from,
    period_id,
    month_index,
    ends_on,
    days_in_month,
    draw_days,
    amount_per_month,
    currency,
    recovery_share,
    recovery_from,
    -- a worker's recoverable draws share the currency of the first; others are exceptions
    case
        when draw_type = 'recoverable'
            then
                first_value(currency) over (
                    partition by worker_id, draw_type, period_id
                    order by valid_from
                    rows between unbounded preceding and unbounded following
                )
        else currency
    end as draw_currency
from days
where draw_type = 'recoverable' or draw_days > 0
