select
    credit_rule_id,
    measure_id,
    credit_source,
    alignment,
    assignment_role,
    sales_role,
    product_family,
    cast(coalesce(credit_share, 1) as {{ share() }}) as credit_share,
    coalesce(manager_levels, 1) as manager_levels,
    coalesce(priority, 1) as priority,
    valid_from,
    valid_to
from {{ ref('credit_rules') }}
