{{ config(materialized='view') }}
-- Window `deal`: the first credit of each deal that is paid in one piece, at one rate (calculation.md §6).
with openings as (
    select * from {{ ref('int_payout__deal_results') }}
    where
        payout_basis = 'credit' and place = 1
        and (tier_method not in ('marginal', 'excess') or converted_amount <= 0 or band_from is null)
),

steps as (
    select * from {{ ref('int_payout__tier_steps') }}
),

priced as (
    select
        openings.*,
        case when openings.converted_amount <> 0 then openings.tier_from end as paying_tier_from,
        case
            when openings.converted_amount = 0 then {{ dec('0', 18) }}
            when openings.tier_basis = 'margin' then openings.tier_result
            when openings.converted_amount < 0 then {{ dec('coalesce(steps.taken_back_rate, 0)', 18) }}
            else {{ dec('coalesce(steps.rate, 0)', 18) }}
        end as rate
    from openings
    left join steps
        on
            openings.component_id = steps.component_id
            and openings.band_from = steps.band_from
            and {{ in_tier_step('steps', 'openings.position_ratio', '1') }}
)

select
    position_number,
    origin_transaction_id as deal_id,
    credit_id,
    transaction_id,
    is_cancellation,
    credit_date,
    case when converted_amount <> 0 then cap_amount end as cap_amount,
    modifier,
    paying_tier_from as tier_from,
    cast(rate as {{ rate() }}) as rate,
    {{ dec('converted_amount', 10) }} as part_amount,
    {{ dec(payout_times(payout_times(dec('converted_amount', 18), 'rate'), 'modifier'), 18) }} as exact_amount
from priced
