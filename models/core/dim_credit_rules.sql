select
    credit_rule_id,
    measure_id,
    credit_source,
    alignment,
    assignment_role,
    sales_role,
    product_family,
    credit_share,
    cast(manager_levels as integer) as manager_levels,
    cast(priority as integer) as priority,
    valid_from,
    valid_to
from {{ ref('stg_rules__credit_rules') }}
