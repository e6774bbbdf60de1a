select
    territory_id,
    territory_name,
    parent_territory_id,
    alignment
from {{ ref('territories') }}
