{{ config(materialized='view') }}
-- What tiers pay for parts of credits, with the modifier, before cap_amount cuts (calculation.md §6): of windows of months along
-- the tiers, as reached or at the effective rate; of deals the first credit. is_narrow: 64 bits hold what it is made from.
select
    position_number,
    '' as deal_id,
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
    converted_amount,
    cents_rate,
    rate_rest,
    part_amount,
    false as is_change,
    exact_amount,
    earned_before,
    earned_after
from {{ ref('int_payout__marginal_parts') }}
union all
select
    position_number, '' as deal_id, credit_id, 1 as part_number, transaction_id, is_cancellation, credit_date,
    null as cap_amount, modifier, tier_from, rate, is_narrow, converted_amount, cents_rate, rate_rest,
    {{ dec('converted_amount', 10) }} as part_amount, false as is_change, exact_amount, null as earned_before,
    null as earned_after
from {{ ref('int_payout__effective_parts') }}
union all
select
    position_number, '' as deal_id, credit_id, part_number, transaction_id, is_cancellation, credit_date, cap_amount, modifier,
    tier_from, rate, false as is_narrow, null as converted_amount, null as cents_rate, null as rate_rest, part_amount,
    is_change, exact_amount, earned_before, earned_after
from {{ ref('int_payout__reached_parts') }}
union all
select
    position_number, deal_id, credit_id, part_number, transaction_id, is_cancellation, credit_date, cap_amount, modifier,
    tier_from, rate, is_narrow, converted_amount, cents_rate, rate_rest, part_amount, false as is_change, exact_amount,
    earned_before, earned_after
from {{ ref('int_payout__deal_openings') }}
union all
select
    position_number, deal_id, credit_id, 1 as part_number, transaction_id, is_cancellation, credit_date, cap_amount, modifier,
    tier_from, rate, false as is_narrow, null as converted_amount, null as cents_rate, null as rate_rest, part_amount,
    false as is_change, exact_amount, {{ dec('0', 18) }} as earned_before, exact_amount as earned_after
from {{ ref('int_payout__deal_wholes') }}
