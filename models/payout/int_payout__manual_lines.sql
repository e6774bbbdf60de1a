-- Manual lines of the open months (calculation.md §7): each approved adjustment that the ledger has not paid, in its month or,
-- that being closed, in the first open one; where an amount was changed after it was paid, one line of the difference.
-- A settled line whose adjustment is gone takes nothing back: it is an exception.
with open_matches as (
    select
        matches.*,
        coalesce(component_id, '') as component_key
    from {{ ref('int_payout__manual_matches') }} as matches
    where not (is_approved and is_settled)
),

changed as (
    select
        worker_id,
        component_key,
        period_id,
        currency
    from open_matches
    group by worker_id, component_key, period_id, currency
    having bool_or(is_approved) and bool_or(is_settled)
),

matches as (
    select
        open_matches.*,
        changed.worker_id is not null as is_changed
    from open_matches
    left join changed
        on
            open_matches.worker_id = changed.worker_id
            and open_matches.component_key = changed.component_key
            and open_matches.period_id = changed.period_id
            and open_matches.currency = changed.currency
    where open_matches.is_approved or changed.worker_id is not null
),

line_amounts as (
    select
        worker_id,
        component_id,
        period_id,
        currency,
        case when is_changed then '' else adjustment_id end as adjustment_id,
        sum(case when is_approved then amount else -amount end) as amount
    from matches
    group by
        worker_id, component_id, period_id, currency, case when is_changed then '' else adjustment_id end
)

select
    line_amounts.worker_id,
    line_amounts.component_id,
    line_amounts.period_id as earned_period_id,
    periods.line_period_id as pay_period_id,
    'manual' as line_type,
    line_amounts.currency,
    cast(line_amounts.amount as {{ money() }}) as amount,
    nullif(line_amounts.adjustment_id, '') as adjustment_id
from line_amounts
inner join {{ ref('int_payout__line_periods') }} as periods on line_amounts.period_id = periods.period_id
where periods.line_period_id is not null and line_amounts.amount <> 0
