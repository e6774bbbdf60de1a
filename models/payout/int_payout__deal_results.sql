-- What a deal has earned after each of its credits, exact and cut to cap_amount, before the rounding (calculation.md §6);
-- 0 where its credits net to 0.
with deal_credits as (
    select * from {{ ref('int_payout__deal_credits') }}
),

steps as (
    select * from {{ ref('int_payout__tier_steps') }}
),

results as (
    select
        deal_credits.*,
        case
            when deal_credits.tier_method in ('step', 'linear') and deal_credits.position_ratio < 0 then null
            when deal_credits.position_ratio < 0 and steps.taken_back_rate = 0 and steps.tier_from is null then null
            else steps.tier_from
        end as tier_from,
        case
            when deal_credits.deal_amount = 0 or steps.component_id is null then {{ dec('0', 18) }}
            when deal_credits.tier_method in ('step', 'linear')
                then {{ tier_rate('deal_credits.tier_method', 'steps', 'deal_credits.position_ratio') }}
            else {{ tier_amount('deal_credits.tier_method', 'steps', dec('deal_credits.deal_amount', 10), '1') }}
        end as tier_result
    from deal_credits
    left join steps
        on
            deal_credits.component_id = steps.component_id
            and deal_credits.band_from = steps.band_from
            and {{ in_tier_step('steps', 'deal_credits.position_ratio', '1') }}
),

multiplied as (
    select
        results.*,
        case
            when payout_basis = 'credit' and tier_basis = 'margin'
                then {{ payout_times(dec('deal_amount', 18), 'tier_result') }}
            else tier_result
        end as result
    from results
),

modified as (
    select
        multiplied.*,
        case
            when modifier = 1 then {{ dec('result', 18) }}
            else {{ dec(payout_times('result', 'modifier'), 18) }}
        end as uncut_amount
    from multiplied
)

select
    position_number,
    home_position_number,
    worker_id,
    component_id,
    month_index,
    credit_id,
    transaction_id,
    origin_transaction_id,
    credit_date,
    converted_amount,
    is_cancellation,
    place,
    payout_basis,
    tier_basis,
    tier_method,
    cap_amount,
    band_from,
    modifier,
    position_ratio,
    tier_from,
    tier_result,
    least(uncut_amount, coalesce(cap_amount, uncut_amount)) as exact_amount
from modified
