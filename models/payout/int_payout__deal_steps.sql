-- Window `deal`: the tiers of the month of a deal's event, with its modifier, for credits that are paid tier by tier
-- (calculation.md §6). Multiplied once here, not for each deal; bounds of up to 4 decimals keep its parts within 64 bits.
with positions as (
    select * from {{ ref('int_payout__positions') }}
    where pay_window = 'deal' and payout_basis = 'credit' and tier_method in ('marginal', 'excess')
),

steps as (
    select * from {{ ref('int_payout__tier_steps') }}
),

paid as (
    select
        positions.position_number,
        positions.modifier,
        steps.step_number,
        steps.tier_from,
        steps.rate,
        steps.step_from,
        steps.step_to,
        steps.paid_from,
        steps.first_to,
        steps.is_above_first,
        cast(steps.paid_from as {{ qty() }}) as from_amount,
        cast(steps.step_to as {{ qty() }}) as to_amount,
        case
            when positions.modifier = 1 then {{ dec('steps.rate', 18) }}
            else {{ dec(payout_times(dec('steps.rate', 18), 'positions.modifier'), 18) }}
        end as paid_rate,
        {{ dec(payout_times(dec('steps.paid_below', 18), 'positions.modifier'), 18) }} as earned_below,
        {{ dec(payout_times(dec('coalesce(steps.first_paid, 0)', 18), 'positions.modifier'), 18) }} as earned_first
    from positions
    inner join steps on positions.component_id = steps.component_id and positions.band_from = steps.band_from
)

select
    position_number,
    modifier,
    step_number,
    tier_from,
    rate,
    step_from,
    step_to,
    paid_from,
    first_to,
    is_above_first,
    from_amount,
    to_amount,
    from_amount = paid_from and coalesce(to_amount = step_to, true) as has_short_bounds,
    paid_rate,
    earned_below,
    earned_first,
    {{ payout_cents_rate('paid_rate') }} as cents_rate,
    {{ payout_rate_rest('paid_rate') }} as rate_rest
from paid
