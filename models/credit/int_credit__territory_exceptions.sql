-- Accounts without territory, and territories without anybody, that transactions meet (calculation.md §2): one row each,
-- however many transactions; their amounts stand with the uncredited transactions. A rule that reads each map misses an
-- account only where none of them has it.
with parts as (
    select
        parts.transaction_id,
        parts.measure_id,
        parts.credit_rule_id,
        parts.outcome,
        parts.territory_id,
        parts.period_id,
        coalesce(rules.alignment, '') as alignment,
        coalesce(rules.assignment_role, '') as assignment_role
    from {{ ref('int_credit__missed_parts') }} as parts
    inner join {{ ref('int_credit__rules') }} as rules on parts.credit_rule_id = rules.credit_rule_id
    where parts.credit_source = 'territory' and parts.outcome in ('unaligned', 'nobody_employed')
),

unaligned as (
    select
        measured.account_id,
        parts.alignment,
        min(parts.period_id) as period_id,
        count(distinct parts.transaction_id) as transaction_count
    from parts
    inner join {{ ref('int_credit__measured_transactions') }} as measured
        on parts.transaction_id = measured.transaction_id and parts.measure_id = measured.measure_id
    where
        parts.outcome = 'unaligned'
        and not exists (
            select 1
            from {{ ref('int_credit__shared_parts') }} as aligned
            where
                aligned.transaction_id = parts.transaction_id
                and aligned.measure_id = parts.measure_id
                and aligned.credit_rule_id = parts.credit_rule_id
                and aligned.territory_id is not null
        )
    group by measured.account_id, parts.alignment
),

unstaffed as (
    select
        territory_id,
        assignment_role,
        min(period_id) as period_id,
        count(distinct transaction_id) as transaction_count
    from parts
    where outcome = 'nobody_employed'
    group by territory_id, assignment_role
)

select
    {{ credit_exception(
        kind="'unaligned_account'",
        severity="'warn'",
        entity="'accounts'",
        record_key="coalesce(unaligned.account_id, '') || '|' || unaligned.alignment",
        period_id='unaligned.period_id',
        file='accounts.raw_file', row_number='accounts.raw_row_number',
        column_name="'account_id'", value='unaligned.account_id',
        reason="case when unaligned.account_id is null then 'Transactions without an account: no territory can be found' "
            ~ "else 'Belongs to no territory' end || case when unaligned.alignment = '' then '' else ' of map ' || unaligned.alignment end "
            ~ "|| '; ' || cast(unaligned.transaction_count as " ~ dbt.type_string() ~ ") || ' transactions since '"
            ~ " || unaligned.period_id || ' met this.'",
        remedy="'Add a territory rule that the account meets, or complete the account in the CRM.'"
    ) }}
from unaligned
left join {{ ref('dim_accounts') }} as accounts on unaligned.account_id = accounts.account_id
union all
select
    {{ credit_exception(
        kind="'unstaffed_territory'",
        severity="'warn'",
        entity="'territories'",
        record_key="unstaffed.territory_id || '|' || unstaffed.assignment_role",
        period_id='unstaffed.period_id',
        column_name="'territory_id'", value='unstaffed.territory_id',
        reason="'Nobody employed is assigned to it' || case when unstaffed.assignment_role = '' then '' "
            ~ "else ' as ' || unstaffed.assignment_role end || ' on the day; ' || cast(unstaffed.transaction_count as "
            ~ dbt.type_string() ~ ") || ' transactions since ' || unstaffed.period_id || ' met this.'",
        remedy="'Add a territory assignment that holds on these days.'"
    ) }}
from unstaffed
