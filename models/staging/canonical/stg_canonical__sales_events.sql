select
    'canonical' as source_system,
    event_id,
    event_type,
    event_date,
    opportunity_id,
    account_id,
    product_id,
    owner_user_id,
    quantity,
    amount,
    cost_amount,
    currency,
    term_months,
    opportunity_type,
    related_event_id,
    {{ provenance() }}
from {{ current_rows('raw_canonical', 'sales_events') }} as landed
