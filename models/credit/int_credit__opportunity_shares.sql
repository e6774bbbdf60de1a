-- The split of each opportunity (calculation.md §3). Revenue shares that sum to 1 within 0.00001 are scaled to 1: divided by
-- their sum, which the divisor carries, since a third has no exact decimal. Any other sum is used as given, and reported.
with sums as (
    select
        opportunity_id,
        split_type,
        sum(split_share) as split_sum,
        count(*) as part_count
    from {{ ref('int_core__opportunity_splits') }}
    group by opportunity_id, split_type
)

select
    splits.opportunity_id,
    splits.split_type,
    splits.user_id,
    splits.split_share,
    cast(
        case
            when splits.split_type = 'revenue' and abs(sums.split_sum - 1) <= 0.00001 then sums.split_sum
            else 1
        end as {{ share() }}
    ) as share_divisor,
    sums.split_sum,
    sums.part_count
from {{ ref('int_core__opportunity_splits') }} as splits
inner join sums on splits.opportunity_id = sums.opportunity_id and splits.split_type = sums.split_type
