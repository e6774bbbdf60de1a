-- The pieces of each credit, exact: one per credit of the month and tier it touched, one for all of it that isn't paid
-- (calculation.md §6). In whole cents and the rest of a cent, which is what apportioning them needs. A credit in one tier is
-- the common case, and stays within 64 bits.
with parts as (
    select * from {{ ref('int_payout__parts') }}
),

narrow as (
    select
        position_number,
        deal_id,
        credit_id,
        transaction_id,
        credit_date,
        tier_from,
        modifier,
        rate,
        converted_amount as credit_part,
        {{ narrow_cents('converted_amount', 'cents_rate', 'rate_rest') }} as exact_cents
    from parts
    where is_narrow
),

wide as (
    select
        position_number, deal_id, credit_id, transaction_id, credit_date, tier_from, modifier, rate,
        part_amount as credit_part,
        exact_amount
    from parts
    where not is_narrow and cap_amount is null and not is_change
    union all
    select
        position_number, deal_id, credit_id, transaction_id, credit_date, tier_from, modifier, rate, credit_part, exact_amount
    from {{ ref('int_payout__capped_pieces') }}
    union all
    select
        position_number, deal_id, credit_id, transaction_id, credit_date, tier_from, modifier, rate, credit_part, exact_amount
    from {{ ref('int_payout__deal_changes') }}
),

wide_pieces as (
    select
        position_number, deal_id, credit_id, transaction_id, credit_date, tier_from, modifier, rate, credit_part,
        {{ dec('round(exact_amount, 10) * 100', 8) }} as exact_cents
    from wide
    where tier_from is not null
    union all
    select
        position_number, deal_id, credit_id, transaction_id, credit_date, tier_from, modifier,
        max(rate) as rate,
        sum(credit_part) as credit_part,
        {{ dec('round(sum(exact_amount), 10) * 100', 8) }} as exact_cents
    from wide
    where tier_from is null
    group by position_number, deal_id, credit_id, transaction_id, credit_date, tier_from, modifier
)

select
    position_number,
    deal_id,
    credit_id,
    transaction_id,
    credit_date,
    tier_from,
    case when modifier = 1 then cast(1 as {{ rate() }}) else cast(modifier as {{ rate() }}) end as modifier,
    rate,
    credit_part,
    cast(floor(exact_cents) as bigint) as whole_cents,
    cast(exact_cents - floor(exact_cents) as decimal(18, 8)) as cent_part
from narrow
union all
select
    position_number,
    deal_id,
    credit_id,
    transaction_id,
    credit_date,
    tier_from,
    cast(modifier as {{ rate() }}) as modifier,
    cast(rate as {{ rate() }}) as rate,
    cast(credit_part as {{ qty() }}) as credit_part,
    cast(floor(exact_cents) as bigint) as whole_cents,
    cast(exact_cents - floor(exact_cents) as decimal(18, 8)) as cent_part
from wide_pieces
