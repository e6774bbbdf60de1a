-- What no non-manager rule credits to anybody (calculation.md §3), and what the rules found instead. Where a measure's only
-- such rule meets each transaction, what was missed tells; only the other measures are compared with their credits.
with covered_measures as (
    select measure_id
    from {{ ref('int_credit__rules') }}
    where covers_all
    group by measure_id
),

found as (
    select
        transaction_id,
        measure_id,
        min(outcome) as outcome
    from {{ ref('int_credit__missed_parts') }}
    group by transaction_id, measure_id
),

uncredited as (
    select transaction_id, measure_id
    from {{ ref('int_credit__missed_parts') }}
    where covers_all and not is_shared
    union all
    select transaction_id, measure_id
    from {{ ref('int_credit__shared_parts') }}
    where covers_all
    group by transaction_id, measure_id
    having max(case when outcome = 'credited' then 1 else 0 end) = 0
    union all
    select measured.transaction_id, measured.measure_id
    from {{ ref('int_credit__measured_transactions') }} as measured
    left join covered_measures on measured.measure_id = covered_measures.measure_id
    where
        covered_measures.measure_id is null
        and not exists (
            select 1
            from {{ ref('int_credit__parts') }} as parts
            where
                parts.transaction_id = measured.transaction_id
                and parts.measure_id = measured.measure_id
                and parts.outcome = 'credited'
                and not parts.covers_all
        )
)

select
    uncredited.transaction_id,
    uncredited.measure_id,
    coalesce(found.outcome, 'no_rule') as outcome
from uncredited
left join found on uncredited.transaction_id = found.transaction_id and uncredited.measure_id = found.measure_id
