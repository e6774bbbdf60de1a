{{ config(materialized='view') }}
-- Pieces to the cent, by largest remainder (calculation.md §6; ties: credit_date, transaction_id, tier_from). Where the total
-- is negative, so is everything: rounded up, a cent less for the largest remainders.
with pieces as (
    select
        pieces.*,
        totals.piece_count,
        totals.spare_cents,
        totals.is_negative
    from {{ ref('int_payout__pieces') }} as pieces
    inner join {{ ref('int_payout__piece_totals') }} as totals
        on pieces.position_number = totals.position_number and pieces.deal_id = totals.deal_id
),

mirrored as (
    select
        *,
        case when is_negative and cent_part > 0 then whole_cents + 1 else whole_cents end as cents,
        case when is_negative and cent_part > 0 then 1 - cent_part else cent_part end as remainder
    from pieces
),

placed as (
    select
        *,
        row_number() over (
            partition by position_number, deal_id
            order by remainder desc, credit_date, {{ bytewise('transaction_id') }}, tier_from nulls last
        ) as place
    from mirrored
),

settled as (
    select
        *,
        case when place <= spare_cents then 1 when place > piece_count + spare_cents then -1 else 0 end as spare
    from placed
)

select
    position_number,
    credit_id,
    transaction_id,
    tier_from,
    rate,
    credit_part,
    modifier,
    cast(cast(case when is_negative then cents - spare else cents + spare end as decimal(16, 0)) * 0.01 as {{ money() }})
        as earned_amount
from settled
