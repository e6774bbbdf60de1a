{{ config(materialized='view') }}
-- Where tiers move with the window: each credit of the month at what the window has earned to date by unit of credit, and at
-- no rate where the month pays nothing (calculation.md §6). The rate shown is before the modifier.
with credits as (
    select * from {{ ref('int_payout__paid_credits') }}
),

rates as (
    select * from {{ ref('int_payout__effective_rates') }}
),

priced as (
    select
        credits.position_number,
        credits.credit_id,
        credits.transaction_id,
        credits.is_cancellation,
        credits.credit_date,
        credits.converted_amount,
        rates.modifier,
        rates.tier_from,
        rates.rate,
        rates.paid_rate,
        rates.cents_rate,
        rates.rate_rest,
        rates.tier_from is not null and {{ is_narrow_piece('credits.converted_amount', 'rates.cents_rate', 'rates.rate_rest') }}
            as is_narrow
    from credits
    inner join rates on credits.position_number = rates.position_number
)

select
    position_number,
    credit_id,
    transaction_id,
    is_cancellation,
    credit_date,
    modifier,
    tier_from,
    rate,
    is_narrow,
    converted_amount,
    cents_rate,
    rate_rest,
    case
        when is_narrow then null
        when paid_rate = 0 then {{ dec('0', 18) }}
        else {{ dec(payout_times(dec('converted_amount', 18), 'paid_rate'), 18) }}
    end as exact_amount
from priced
