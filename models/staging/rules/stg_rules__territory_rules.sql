select
    territory_rule_id,
    territory_id,
    coalesce(priority, 1) as priority,
    account_id,
    parent_account_id,
    industry,
    segment,
    country,
    region,
    postal_prefix,
    product_family,
    valid_from,
    valid_to
from {{ ref('territory_rules') }}
