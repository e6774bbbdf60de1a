-- What a window has earned by the end of each month, to the cent, and what the month moved (calculation.md §6): the one
-- rounding, then the cap; under the threshold a positive result is nothing.
with positions as (
    select * from {{ ref('int_payout__positions') }}
    where pay_window <> 'deal'
),

results as (
    select * from {{ ref('int_payout__window_results') }}
),

exact as (
    select
        positions.position_number,
        positions.window_number,
        positions.month_index,
        positions.cap_amount,
        positions.has_position,
        positions.has_tiers,
        positions.is_below_threshold,
        positions.is_paid_on_credit,
        positions.tier_basis,
        positions.modifier,
        positions.shown_attainment,
        positions.position_ratio,
        positions.capped_amount,
        results.tier_from,
        results.base_amount,
        results.tier_result,
        case
            when positions.modifier = 1 then results.result
            else {{ payout_times('results.result', 'positions.modifier') }}
        end as exact_amount
    from positions
    inner join results
        on
            positions.worker_id = results.worker_id
            and positions.component_id = results.component_id
            and positions.period_id = results.period_id
),

paid as (
    select
        *,
        not has_position or not has_tiers or (is_below_threshold and exact_amount > 0) as pays_nothing
    from exact
),

earned as (
    select
        *,
        case
            when pays_nothing then cast(0 as {{ money() }})
            when {{ payout_cents('exact_amount') }} > cap_amount then cap_amount
            else cast({{ payout_cents('exact_amount') }} as {{ money() }})
        end as earned_to_date
    from paid
)

select
    position_number,
    window_number,
    pays_nothing,
    tier_from,
    base_amount,
    case
        when not has_position then null
        when tier_basis = 'amount' then {{ dec('capped_amount', 18) }}
        when is_paid_on_credit then {{ dec('shown_attainment', 18) }}
        else position_ratio
    end as tier_position,
    case when pays_nothing then {{ dec('0', 18) }} else {{ dec('tier_result', 18) }} end as tier_result,
    earned_to_date,
    cast(
        earned_to_date - coalesce(lag(earned_to_date) over (partition by window_number order by month_index), 0) as {{ money() }}
    ) as earned_amount
from earned
