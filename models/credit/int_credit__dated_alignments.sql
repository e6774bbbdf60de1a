{%- set group = 'account_id, alignment, product_family' -%}
-- Accounts whose territory depends on the date (calculation.md §2): between each two dates on which a rule starts or ends the
-- best rule in force then; neighbouring ranges of one rule are one.
with candidates as (
    select
        account_id,
        alignment,
        coalesce(product_family, '') as product_family,
        territory_id,
        territory_rule_id,
        priority,
        criteria_count,
        coalesce(valid_from, date '0001-01-01') as valid_from,
        coalesce(valid_to, date '9999-12-31') as valid_to
    from {{ ref('int_credit__territory_candidates') }}
    where has_dates
),

bounds as (
    select {{ group }}, valid_from as bound from candidates
    union
    select {{ group }}, valid_to as bound from candidates
),

ranges as (
    select
        {{ group }},
        bound as valid_from,
        lead(bound) over (partition by {{ group }} order by bound) as valid_to
    from bounds
),

ranked as (
    select
        ranges.account_id,
        ranges.alignment,
        ranges.product_family,
        ranges.valid_from,
        ranges.valid_to,
        candidates.territory_id,
        candidates.territory_rule_id,
        candidates.priority,
        row_number() over (
            partition by ranges.account_id, ranges.alignment, ranges.product_family, ranges.valid_from
            order by candidates.priority, candidates.criteria_count desc, {{ bytewise('candidates.territory_rule_id') }}
        ) as place
    from ranges
    inner join candidates
        on
            ranges.account_id = candidates.account_id
            and ranges.alignment = candidates.alignment
            and ranges.product_family = candidates.product_family
            and ranges.valid_from >= candidates.valid_from
            and ranges.valid_from < candidates.valid_to
    where ranges.valid_to is not null
),

with_previous as (
    select
        *,
        lag(territory_rule_id) over (partition by {{ group }} order by valid_from) as previous_rule_id,
        lag(valid_to) over (partition by {{ group }} order by valid_from) as previous_end
    from ranked
    where place = 1
),

numbered as (
    select
        *,
        sum(case when previous_rule_id = territory_rule_id and previous_end = valid_from then 0 else 1 end) over (
            partition by {{ group }} order by valid_from rows between unbounded preceding and current row
        ) as run_number
    from with_previous
)

select
    account_id,
    nullif(product_family, '') as product_family,
    alignment,
    nullif(min(valid_from), date '0001-01-01') as valid_from,
    nullif(max(valid_to), date '9999-12-31') as valid_to,
    territory_id,
    territory_rule_id,
    priority
from numbered
group by account_id, product_family, alignment, run_number, territory_id, territory_rule_id, priority
