select
    'canonical' as source_system,
    product_id,
    product_name,
    product_family,
    {{ provenance() }}
from {{ current_rows('raw_canonical', 'products') }} as landed
