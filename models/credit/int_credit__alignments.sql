-- The territory of each account, and of each family that a rule which the account meets names (calculation.md §2): the lowest
-- priority, then the most criteria, then the rule's id. Where no rule has dates the best one holds always; the others come
-- from int_credit__dated_alignments. alignment is '' for territories without one.
with ranked as (
    select
        account_id,
        product_family,
        alignment,
        territory_id,
        territory_rule_id,
        priority,
        row_number() over (
            partition by account_id, alignment, product_family
            order by priority, criteria_count desc, {{ bytewise('territory_rule_id') }}
        ) as place
    from {{ ref('int_credit__territory_candidates') }}
    where not has_dates
),

alignments as (
    select
        account_id,
        product_family,
        alignment,
        cast(null as date) as valid_from,
        cast(null as date) as valid_to,
        territory_id,
        territory_rule_id,
        priority
    from ranked
    where place = 1
    union all
    select
        account_id,
        product_family,
        alignment,
        valid_from,
        valid_to,
        territory_id,
        territory_rule_id,
        priority
    from {{ ref('int_credit__dated_alignments') }}
)

select
    account_id,
    product_family,
    alignment,
    valid_from,
    valid_to,
    territory_id,
    territory_rule_id,
    priority
from alignments
