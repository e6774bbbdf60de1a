-- The credit rules, with what is true of their measure as a whole (calculation.md §3), so that ten million transactions need
-- not be counted: how many rules compete in it, and covers_all, where its only non-manager rule meets each transaction.
select
    credit_rule_id,
    measure_id,
    credit_source,
    case credit_source when 'owner' then 'revenue' when 'overlay_split' then 'overlay' end as split_type,
    alignment,
    assignment_role,
    sales_role,
    product_family,
    credit_share,
    manager_levels,
    priority,
    valid_from,
    valid_to,
    sum(case when credit_source = 'manager' then 0 else 1 end) over (partition by measure_id) as direct_rule_count,
    sum(case when credit_source = 'manager' then 1 else 0 end) over (partition by measure_id) as manager_rule_count,
    coalesce(
        sum(case when credit_source = 'manager' then 0 else 1 end) over (partition by measure_id) = 1
        and credit_source in ('owner', 'territory')
        and product_family is null and valid_from is null and valid_to is null,
        false
    ) as covers_all
from {{ ref('stg_rules__credit_rules') }}
