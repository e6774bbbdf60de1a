-- What the pieces of a month, or of a deal in a month, are to sum to, in cents (calculation.md §6): to what was earned where
-- their own exact sum is within a cent of it, else to that sum, rounded. A negative total is a positive one's mirror.
with pieces as (
    select * from {{ ref('int_payout__pieces') }}
),

earned as (
    select position_number, '' as deal_id, earned_amount from {{ ref('int_payout__window_earnings') }}
    union all
    select position_number, origin_transaction_id as deal_id, earned_amount from {{ ref('int_payout__deal_moves') }}
),

sums as (
    select
        position_number,
        deal_id,
        count(*) as piece_count,
        sum(case when cent_part > 0 then 1 else 0 end) as parted_count,
        cast(sum(whole_cents) as decimal(38, 0)) as whole_cents,
        {{ dec('sum(whole_cents)', 8) }} + {{ dec('sum(cent_part)', 8) }} as exact_cents
    from pieces
    group by position_number, deal_id
),

targets as (
    select
        sums.*,
        case
            when abs({{ dec('earned.earned_amount * 100', 8) }} - sums.exact_cents) <= 1
                then {{ dec('earned.earned_amount * 100', 0) }}
            else {{ dec('round(sums.exact_cents, 0)', 0) }}
        end as target_cents
    from sums
    inner join earned on sums.position_number = earned.position_number and sums.deal_id = earned.deal_id
)

select
    position_number,
    deal_id,
    piece_count,
    target_cents < 0 as is_negative,
    -- cents to be added to the pieces, rounded down, with the largest remainders; below 0: taken from the smallest
    cast(case when target_cents < 0 then whole_cents + parted_count - target_cents else target_cents - whole_cents end as bigint)
        as spare_cents
from targets
