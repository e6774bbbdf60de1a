{{ config(materialized='view') }}
-- Window `deal`: the first credit of each deal, tier by tier: all tiers for marginal, the first and the rest for excess
-- (calculation.md §6). What is paid in one piece is in int_payout__deal_wholes.
with openings as (
    select
        position_number,
        home_position_number,
        origin_transaction_id,
        credit_id,
        transaction_id,
        is_cancellation,
        credit_date,
        converted_amount,
        tier_method,
        cap_amount,
        modifier
    from {{ ref('int_payout__deal_results') }}
    where payout_basis = 'credit' and place = 1 and tier_method in ('marginal', 'excess') and converted_amount > 0
),

steps as (
    select * from {{ ref('int_payout__deal_steps') }}
),

tiered as (
    select
        openings.*,
        steps.step_number as part_number,
        steps.tier_from,
        steps.rate,
        steps.paid_rate,
        steps.cents_rate,
        steps.rate_rest,
        steps.earned_below as earned_before,
        case
            when steps.has_short_bounds and (steps.to_amount is null or openings.converted_amount < steps.to_amount)
                then openings.converted_amount - steps.from_amount
            when steps.has_short_bounds then steps.to_amount - steps.from_amount
        end as short_part,
        case
            when not steps.has_short_bounds
                then least(openings.converted_amount, coalesce(steps.step_to, openings.converted_amount)) - steps.paid_from
        end as long_part
    from openings
    inner join steps
        on
            openings.home_position_number = steps.position_number
            and openings.converted_amount > steps.paid_from
            and (steps.step_to is null or steps.step_to > 0)
            and (openings.tier_method = 'marginal' or not steps.is_above_first)
    union all
    select
        openings.*,
        steps.step_number as part_number,
        steps.tier_from,
        steps.rate,
        steps.paid_rate,
        steps.cents_rate,
        steps.rate_rest,
        steps.earned_first as earned_before,
        null as short_part,
        openings.converted_amount - steps.first_to as long_part
    from openings
    inner join steps
        on
            openings.home_position_number = steps.position_number
            and {{ in_tier_step('steps', 'openings.converted_amount', '1') }}
    where openings.tier_method = 'excess' and steps.is_above_first and openings.converted_amount > steps.first_to
),

narrowed as (
    select
        *,
        coalesce(
            cap_amount is null and tier_from is not null
            and {{ is_narrow_piece('short_part', 'cents_rate', 'rate_rest') }}, false
        ) as is_narrow
    from tiered
),

measured as (
    select
        *,
        case when not is_narrow then {{ dec('coalesce(short_part, long_part)', 10) }} end as part_amount
    from narrowed
),

priced as (
    select
        *,
        case when not is_narrow then {{ dec(payout_times(dec('part_amount', 18), 'paid_rate'), 18) }} end as exact_amount
    from measured
)

select
    position_number,
    origin_transaction_id as deal_id,
    credit_id,
    part_number,
    transaction_id,
    is_cancellation,
    credit_date,
    cap_amount,
    modifier,
    tier_from,
    rate,
    is_narrow,
    cast(short_part as {{ qty() }}) as converted_amount,
    cents_rate,
    rate_rest,
    part_amount,
    exact_amount,
    case when cap_amount is not null then earned_before end as earned_before,
    case when cap_amount is not null then earned_before + exact_amount end as earned_after
from priced
