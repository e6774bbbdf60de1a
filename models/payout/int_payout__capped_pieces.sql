{{ config(materialized='view') }}
-- Pieces that cap_amount may cut, and cancellations that count as what they changed (calculation.md §6). The cap cuts what
-- the window has earned, in order: a piece is what of it lies below; the part that it costs is at no rate. A cancellation
-- stays one piece, its rate the change by the part.
with parts as (
    select * from {{ ref('int_payout__parts') }}
    where cap_amount is not null or is_change
),

cut as (
    select
        position_number,
        deal_id,
        credit_id,
        part_number,
        transaction_id,
        credit_date,
        tier_from,
        modifier,
        rate,
        is_change,
        part_amount,
        earned_after - earned_before as uncut_amount,
        {{ dec(
            'least(earned_after, coalesce(cap_amount, earned_after)) - least(earned_before, coalesce(cap_amount, earned_before))',
            18
        ) }} as exact_amount,
        is_change or is_cancellation as stays_whole
    from parts
),

shared as (
    select
        *,
        case
            when exact_amount = uncut_amount or stays_whole then part_amount
            else {{ dec('round(' ~ payout_times(
                dec('part_amount', 18), 'coalesce(' ~ payout_ratio('exact_amount', 'uncut_amount', 18, 18) ~ ', 0)'
            ) ~ ', 10)', 10) }}
        end as paid_part
    from cut
)

select
    position_number,
    deal_id,
    credit_id,
    part_number,
    false as is_cut,
    transaction_id,
    credit_date,
    tier_from,
    modifier,
    case
        when is_change or (stays_whole and exact_amount <> uncut_amount)
            then cast(coalesce({{ payout_ratio(
                'exact_amount', dec(payout_times(dec('part_amount', 18), 'modifier'), 18), 18, 18
            ) }}, 0) as {{ rate() }})
        else rate
    end as rate,
    paid_part as credit_part,
    exact_amount
from shared
where paid_part <> 0 or exact_amount <> 0 or stays_whole or part_amount = 0
union all
select
    position_number,
    deal_id,
    credit_id,
    part_number,
    true as is_cut,
    transaction_id,
    credit_date,
    cast(null as {{ rate() }}) as tier_from,
    modifier,
    cast(0 as {{ rate() }}) as rate,
    part_amount - paid_part as credit_part,
    {{ dec('0', 18) }} as exact_amount
from shared
where part_amount <> paid_part
