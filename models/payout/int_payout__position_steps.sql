-- The tiers along which a month's credits are laid, as amounts and with the month's modifier (calculation.md §6): the exact
-- branch of tier method marginal. Multiplied once here, not for each of ten million credits.
with terms as (
    select * from {{ ref('int_payout__credit_terms') }}
    where branch = 'marginal' and not pays_nothing
),

steps as (
    select * from {{ ref('int_payout__tier_steps') }}
),

paid as (
    select
        terms.position_number,
        steps.step_number,
        steps.tier_from,
        steps.rate,
        terms.modifier,
        terms.cap_amount,
        {{ dec('steps.step_from * terms.unit_amount', 10) }} as step_low,
        {{ dec('steps.step_to * terms.unit_amount', 10) }} as step_high,
        {{ dec('steps.paid_from * terms.unit_amount', 10) }} as paid_from,
        case
            when terms.modifier = 1 then {{ dec('steps.rate', 18) }}
            else {{ dec(payout_times(dec('steps.rate', 18), 'terms.modifier'), 18) }}
        end as paid_rate,
        {{ dec(payout_times(dec('steps.paid_below * terms.unit_amount', 18), 'terms.modifier'), 18) }} as paid_below
    from terms
    inner join steps on terms.component_id = steps.component_id and terms.band_from = steps.band_from
)

select
    position_number,
    step_number,
    tier_from,
    rate,
    modifier,
    cap_amount,
    step_low,
    step_high,
    paid_from,
    paid_rate,
    paid_below,
    {{ payout_cents_rate('paid_rate') }} as cents_rate,
    {{ payout_rate_rest('paid_rate') }} as rate_rest
from paid
