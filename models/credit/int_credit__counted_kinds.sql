-- Which kinds of event count in which measure (calculation.md §1). The lists are read once for each kind that occurs, a few
-- hundred, not for each event; what an event leaves empty is '' here, so that it is found by equality.
with kinds as (
    select
        event_type,
        coalesce(product_family, '') as product_family,
        coalesce(opportunity_type, '') as opportunity_type
    from {{ ref('fct_transactions') }}
    where reversed_transaction_id is null
    group by event_type, coalesce(product_family, ''), coalesce(opportunity_type, '')
)

select
    kinds.event_type,
    kinds.product_family,
    kinds.opportunity_type,
    measures.measure_id,
    measures.value as measured_value,
    coalesce(measures.value in ('amount', 'margin'), false) as is_money,
    measures.min_amount,
    measures.min_margin,
    measures.min_term_months,
    measures.reversal_timing,
    measures.reversal_window_days
from kinds
cross join {{ ref('stg_rules__measures') }} as measures
where
    position('|' || kinds.event_type || '|' in '|' || measures.event_types || '|') > 0
    and (
        measures.product_family is null
        or (
            kinds.product_family <> ''
            and position('|' || kinds.product_family || '|' in '|' || measures.product_family || '|') > 0
        )
    )
    and (
        measures.opportunity_type is null
        or (
            kinds.opportunity_type <> ''
            and position('|' || kinds.opportunity_type || '|' in '|' || measures.opportunity_type || '|') > 0
        )
    )
