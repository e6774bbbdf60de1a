-- Territories of every alignment, by name.
select
    territories.territory_id,
    coalesce(territories.territory_name, territories.territory_id) as territory_name,
    territories.parent_territory_id,
    parents.territory_name as parent_territory_name,
    territories.alignment
from {{ ref('stg_rules__territories') }} as territories
left join {{ ref('stg_rules__territories') }} as parents on territories.parent_territory_id = parents.territory_id
