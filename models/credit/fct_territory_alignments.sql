-- Which territory an account belongs to, in each map, and for each family that a rule of the map names (calculation.md §2):
-- exactly one at a time. Where no rule for that family meets the account, its territory for any family holds. Credits read
-- int_credit__alignment_lookup, which doesn't spell these out.
with named_families as (
    select
        coalesce(territories.alignment, '') as alignment,
        rules.product_family
    from {{ ref('stg_rules__territory_rules') }} as rules
    inner join {{ ref('stg_rules__territories') }} as territories on rules.territory_id = territories.territory_id
    where rules.product_family is not null
    group by coalesce(territories.alignment, ''), rules.product_family
),

own_families as (
    select account_id, alignment, product_family
    from {{ ref('int_credit__alignments') }}
    where product_family is not null
    group by account_id, alignment, product_family
),

alignments as (
    select
        account_id,
        product_family,
        alignment,
        valid_from,
        valid_to,
        territory_id,
        territory_rule_id,
        priority
    from {{ ref('int_credit__alignments') }}
    union all
    select
        general.account_id,
        named_families.product_family,
        general.alignment,
        general.valid_from,
        general.valid_to,
        general.territory_id,
        general.territory_rule_id,
        general.priority
    from {{ ref('int_credit__alignments') }} as general
    inner join named_families on general.alignment = named_families.alignment
    left join own_families
        on
            general.account_id = own_families.account_id
            and general.alignment = own_families.alignment
            and named_families.product_family = own_families.product_family
    where general.product_family is null and own_families.account_id is null
)

select
    account_id,
    product_family,
    nullif(alignment, '') as alignment,
    valid_from,
    valid_to,
    territory_id,
    territory_rule_id,
    priority
from alignments
