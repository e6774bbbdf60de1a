-- Every event that counts, whole: what it leaves empty is its opportunity's, its month is known, and a cancellation has the
-- event that it reverses (calculation.md §1). Nothing is filtered here but what int_core__exceptions lists.
with events as (
    select
        *,
        source_system || ':' || event_id as transaction_id
    from {{ accepted_rows('sales_events') }} as accepted
)

select
    events.transaction_id,
    events.source_system,
    events.event_id,
    coalesce(events.event_type, 'booking') as event_type,
    events.event_date,
    days.period_id,
    events.opportunity_id,
    coalesce(events.account_id, opportunities.account_id) as account_id,
    events.product_id,
    products.product_family,
    coalesce(events.owner_user_id, opportunities.owner_user_id) as owner_user_id,
    coalesce(events.opportunity_type, opportunities.opportunity_type) as opportunity_type,
    events.quantity,
    coalesce(events.amount, 0) as amount,
    events.cost_amount,
    events.currency,
    events.term_months,
    events.related_event_id,
    reversals.reversed_transaction_id,
    reversals.reversed_event_date,
    reversed_days.period_id as reversed_period_id,
    events.raw_load_id,
    events.raw_file,
    events.raw_row_number
from events
left join {{ ref('int_core__days') }} as days on events.event_date = days.day_date
left join {{ ref('int_core__opportunities') }} as opportunities on events.opportunity_id = opportunities.opportunity_id
left join {{ ref('dim_products') }} as products on events.product_id = products.product_id
left join {{ ref('int_core__reversals') }} as reversals on events.transaction_id = reversals.transaction_id
left join {{ ref('int_core__days') }} as reversed_days on reversals.reversed_event_date = reversed_days.day_date
where coalesce(reversals.is_resolved, true)
