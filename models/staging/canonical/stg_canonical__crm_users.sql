select
    'canonical' as source_system,
    user_id,
    worker_id,
    email,
    user_name,
    {{ provenance() }}
from {{ current_rows('raw_canonical', 'crm_users') }} as landed
