select
    'canonical' as source_system,
    opportunity_id,
    opportunity_name,
    account_id,
    owner_user_id,
    opportunity_type,
    stage,
    is_closed,
    is_won,
    created_date,
    close_date,
    currency,
    amount,
    probability,
    {{ provenance() }}
from {{ current_rows('raw_canonical', 'opportunities') }} as landed
