select
    'canonical' as source_system,
    account_id,
    account_name,
    parent_account_id,
    industry,
    segment,
    country,
    region,
    postal_code,
    owner_user_id,
    {{ provenance() }}
from {{ current_rows('raw_canonical', 'accounts') }} as landed
