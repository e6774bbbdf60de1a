{%- set group = 'transaction_id, measure_id, credit_rule_id' %}
-- Amounts of credits that several people share (calculation.md §3), apportioned by largest remainder: each part's amount is cut
-- to whole cents (0.0001 for quantities and counts), and the cents still missing to the rounded sum go to the largest
-- fractions, then the smaller worker_id. A worker's shares by one rule are one. Exact: a fraction is its remainder in parts of
-- 10^21 × divisor. The sign comes last: a reversal is the mirror image.
with worker_parts as (
    select
        transaction_id,
        measure_id,
        credit_rule_id,
        worker_id,
        min(credit_source) as credit_source,
        cast(sum(part_share) as {{ fine_share() }}) as part_share,
        max(share_divisor) as share_divisor,
        max(value) as value,
        max(reversal_share) as reversal_share,
        bool_and(is_money) as is_money
    from {{ ref('int_credit__shared_parts') }}
    where outcome = 'credited'
    group by transaction_id, measure_id, credit_rule_id, worker_id
),

marked as (
    select
        *,
        coalesce(
            is_money and reversal_share = 1 and share_divisor = 1 and abs(value) < 1000000000
            and part_share >= 0 and part_share < 10 and cast(part_share as decimal(10, 6)) = part_share,
            false
        ) as is_plain
    from worker_parts
),

-- 64 bits suffice for nearly all; of the others the whole product is divided.
cut as (
    select
        *,
        {{ plain_units('value', 'part_share') }} as plain_units,
        cast(null as decimal(38, 0)) as numerator,
        {{ dec(10 ** 21, 0) }} as denominator
    from marked
    where is_plain
    union all
    select
        *,
        cast(null as decimal(18, 6)) as plain_units,
        case when is_money then {{ in_units('abs(value)', 2) }} else {{ in_units('abs(value)', 4) }} end
        * {{ in_units('reversal_share', 9) }} * {{ in_units('part_share', 12) }} as numerator,
        {{ in_units('share_divisor', 9) }} * {{ dec(10 ** 12, 0) }} as denominator
    from marked
    where not is_plain
),

with_remainder as (
    select
        *,
        case
            when is_plain then cast(floor(plain_units) as bigint)
            else cast({{ int_div('numerator', 'denominator') }} as bigint)
        end as whole_units,
        case
            when is_plain then {{ in_units('plain_units - floor(plain_units)', 6) }} * {{ dec(10 ** 15, 0) }}
            else numerator % denominator
        end as remainder
    from cut
),

ranked as (
    select
        *,
        row_number() over (partition by {{ group }} order by remainder desc, {{ bytewise('worker_id') }}) as place,
        sum(remainder) over (partition by {{ group }}) as all_remainders
    from with_remainder
)

select
    transaction_id,
    measure_id,
    credit_rule_id,
    worker_id,
    credit_source,
    part_share,
    share_divisor,
    {{ credit_share('part_share', 'share_divisor') }} as credit_share,
    -- round(sum ÷ denominator) units are spare: multiplied out, since a division costs ten times as much
    cast(
        case when value < 0 then -1 else 1 end
        * (whole_units + case when (2 * place - 1) * denominator <= 2 * all_remainders then 1 else 0 end)
        * case when is_money then 0.0100 else 0.0001 end as {{ qty() }}
    ) as credit_amount
from ranked
