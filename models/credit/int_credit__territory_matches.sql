{%- set criteria = ['account_id', 'parent_account_id', 'industry', 'segment', 'country', 'region'] %}
-- Every territory rule that an account meets, whatever its dates and family (calculation.md §2). Rules are grouped by which
-- columns they fill (the pattern), and matched by equality of those columns: accounts × patterns, a few, instead of
-- accounts × rules. What a pattern leaves open, and an account's empty columns, are '' on both sides; a rule never asks for ''.
with rules as (
    select
        rules.territory_rule_id,
        rules.territory_id,
        coalesce(territories.alignment, '') as alignment,
        rules.product_family,
        rules.priority,
        rules.valid_from,
        rules.valid_to,
        {%- for criterion in criteria %}
        coalesce(rules.{{ criterion }}, '') as {{ criterion }},
        {%- endfor %}
        coalesce(rules.postal_prefix, '') as postal_prefix,
        coalesce(length(rules.postal_prefix), 0) as prefix_length,
        {% for criterion in criteria + ['postal_prefix', 'product_family'] -%}
        case when rules.{{ criterion }} is null then 0 else 1 end{% if not loop.last %} + {% endif %}
        {%- endfor %} as criteria_count,
        {% for criterion in criteria -%}
        case when rules.{{ criterion }} is null then '0' else '1' end{% if not loop.last %} || {% endif %}
        {%- endfor %} as pattern
    from {{ ref('stg_rules__territory_rules') }} as rules
    inner join {{ ref('stg_rules__territories') }} as territories on rules.territory_id = territories.territory_id
),

patterns as (
    select pattern, prefix_length
    from rules
    group by pattern, prefix_length
),

account_keys as (
    select
        accounts.account_id as matched_account_id,
        patterns.pattern,
        patterns.prefix_length,
        {%- for criterion in criteria %}
        case when substr(patterns.pattern, {{ loop.index }}, 1) = '1' then coalesce(accounts.{{ criterion }}, '') else '' end
            as {{ criterion }},
        {%- endfor %}
        coalesce(substr(accounts.postal_code, 1, cast(patterns.prefix_length as integer)), '') as postal_prefix
    from {{ ref('dim_accounts') }} as accounts
    cross join patterns
)

select
    account_keys.matched_account_id as account_id,
    rules.alignment,
    rules.product_family,
    rules.territory_id,
    rules.territory_rule_id,
    rules.priority,
    rules.criteria_count,
    rules.valid_from,
    rules.valid_to
from account_keys
inner join rules
    on
        account_keys.pattern = rules.pattern
        and account_keys.prefix_length = rules.prefix_length
        {%- for criterion in criteria %}
        and account_keys.{{ criterion }} = rules.{{ criterion }}
        {%- endfor %}
        and account_keys.postal_prefix = rules.postal_prefix
