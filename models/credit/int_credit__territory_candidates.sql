-- The rules that compete for an account (calculation.md §2), in each map, and for each family that a rule of the account
-- names: there, rules for this family and rules for any. Without a family (null): rules for any family only; these hold for
-- all families that have no candidates of their own. has_dates: a candidate of the group has dates, so who wins may change.
with families as (
    select account_id, alignment, product_family
    from {{ ref('int_credit__territory_matches') }}
    where product_family is not null
    group by account_id, alignment, product_family
),

candidates as (
    select
        account_id,
        alignment,
        product_family,
        territory_id,
        territory_rule_id,
        priority,
        criteria_count,
        valid_from,
        valid_to
    from {{ ref('int_credit__territory_matches') }}
    union all
    select
        matches.account_id,
        matches.alignment,
        families.product_family,
        matches.territory_id,
        matches.territory_rule_id,
        matches.priority,
        matches.criteria_count,
        matches.valid_from,
        matches.valid_to
    from {{ ref('int_credit__territory_matches') }} as matches
    inner join families on matches.account_id = families.account_id and matches.alignment = families.alignment
    where matches.product_family is null
),

dated_groups as (
    select account_id, alignment, coalesce(product_family, '') as product_family
    from candidates
    where valid_from is not null or valid_to is not null
    group by account_id, alignment, coalesce(product_family, '')
)

select
    candidates.account_id,
    candidates.alignment,
    candidates.product_family,
    candidates.territory_id,
    candidates.territory_rule_id,
    candidates.priority,
    candidates.criteria_count,
    candidates.valid_from,
    candidates.valid_to,
    coalesce(dated_groups.account_id is not null, false) as has_dates
from candidates
left join dated_groups
    on
        candidates.account_id = dated_groups.account_id
        and candidates.alignment = dated_groups.alignment
        and coalesce(candidates.product_family, '') = dated_groups.product_family
