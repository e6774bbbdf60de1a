{{ config(materialized='view') }}
-- Window `deal`: each later credit of a deal, a cancellation, is what it changed in what the deal has earned; its rate is the
-- change by its amount (calculation.md §6).
with results as (
    select * from {{ ref('int_payout__deal_results') }}
    where payout_basis = 'credit'
),

changed as (
    select
        later.position_number,
        later.origin_transaction_id,
        later.credit_id,
        later.transaction_id,
        later.credit_date,
        later.tier_from,
        later.modifier,
        later.converted_amount,
        {{ dec('later.exact_amount - earlier.exact_amount', 18) }} as exact_amount
    from results as later
    inner join results as earlier
        on
            later.worker_id = earlier.worker_id
            and later.component_id = earlier.component_id
            and later.origin_transaction_id = earlier.origin_transaction_id
            and later.place - 1 = earlier.place
    where later.place > 1
)

select
    position_number,
    origin_transaction_id as deal_id,
    credit_id,
    transaction_id,
    credit_date,
    tier_from,
    modifier,
    cast(coalesce({{ payout_ratio(
        'exact_amount', dec(payout_times(dec('converted_amount', 18), 'modifier'), 18), 18, 18
    ) }}, 0) as {{ rate() }}) as rate,
    {{ dec('converted_amount', 10) }} as credit_part,
    exact_amount
from changed
