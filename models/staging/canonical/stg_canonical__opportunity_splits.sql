select
    'canonical' as source_system,
    opportunity_id,
    user_id,
    split_type,
    split_share,
    {{ provenance() }}
from {{ current_rows('raw_canonical', 'opportunity_splits') }} as landed
