-- What is credited to nobody, or not to whom the source names, with its amount (calculation.md §3). Only information where the
-- source says that it has no owner at all. An owner who can't be credited is listed where others are credited by other rules.
with revenue_splits as (
    select opportunity_id
    from {{ ref('int_credit__opportunity_shares') }}
    where split_type = 'revenue'
    group by opportunity_id
),

uncredited as (
    select
        measured.transaction_id,
        measured.measure_id,
        measured.period_id,
        measured.currency,
        uncredited.outcome,
        coalesce(measured.owner_user_id is null and revenue_splits.opportunity_id is null, false) as has_no_owner,
        {{ credit_amount('measured.value', 'measured.reversal_share', '1', '1', 'measured.is_money') }}
            as amount
    from {{ ref('int_credit__uncredited_transactions') }} as uncredited
    inner join {{ ref('int_credit__measured_transactions') }} as measured
        on uncredited.transaction_id = measured.transaction_id and uncredited.measure_id = measured.measure_id
    left join revenue_splits on measured.opportunity_id = revenue_splits.opportunity_id
),

missing_people as (
    select
        transaction_id,
        measure_id,
        user_id,
        credit_source,
        min(period_id) as period_id,
        min(currency) as currency,
        max({{ credit_amount('value', 'reversal_share', 'part_share', 'share_divisor', 'is_money') }}) as largest_amount,
        min({{ credit_amount('value', 'reversal_share', 'part_share', 'share_divisor', 'is_money') }}) as smallest_amount
    from {{ ref('int_credit__missed_parts') }}
    where outcome = 'nobody_employed' and credit_source <> 'territory'
    group by transaction_id, measure_id, user_id, credit_source
),

people as (
    select
        missing_people.transaction_id,
        missing_people.measure_id,
        missing_people.user_id,
        missing_people.credit_source,
        missing_people.period_id,
        missing_people.currency,
        users.worker_id,
        case
            when missing_people.largest_amount > 0 then missing_people.largest_amount else missing_people.smallest_amount
        end as amount
    from missing_people
    left join {{ ref('int_core__user_workers') }} as users on missing_people.user_id = users.user_id
    left join uncredited
        on missing_people.transaction_id = uncredited.transaction_id and missing_people.measure_id = uncredited.measure_id
    where missing_people.credit_source <> 'owner' or uncredited.transaction_id is null
)

select
    {{ credit_exception(
        kind="'uncredited_transaction'",
        severity="case when uncredited.has_no_owner then 'info' else 'warn' end",
        entity="'sales_events'",
        record_key="uncredited.transaction_id || '|' || uncredited.measure_id",
        period_id='uncredited.period_id', amount='uncredited.amount', currency='uncredited.currency',
        file='events.raw_file', row_number='events.raw_row_number',
        column_name="case uncredited.outcome when 'no_rule' then 'measure_id' when 'unaligned' then 'account_id' else 'owner_user_id' end",
        value="case uncredited.outcome when 'no_rule' then uncredited.measure_id when 'unaligned' then events.account_id "
            ~ 'else events.owner_user_id end',
        reason="'Credits nobody in measure ' || uncredited.measure_id || case when uncredited.has_no_owner "
            ~ "then '; the source names no owner.' else case uncredited.outcome "
            ~ "when 'no_rule' then ': no credit rule applies to it.' "
            ~ "when 'unaligned' then ': its account belongs to no territory.' "
            ~ "when 'other_role' then ': whom the rules find has another sales role than they ask for.' "
            ~ "else ': whom the rules find is unknown, or not employed on the day.' end end",
        remedy="'Correct the owner, the splits or the territory, or add a credit rule; nothing, if nobody is to be credited.'"
    ) }}
from uncredited
inner join {{ ref('fct_transactions') }} as events on uncredited.transaction_id = events.transaction_id
union all
select
    {{ credit_exception(
        kind="case when people.credit_source = 'owner' then 'owner' else 'split_user' end "
            ~ "|| case when people.worker_id is null then '_unknown' else '_not_employed' end",
        severity="'warn'",
        entity="case when people.credit_source = 'owner' then 'sales_events' else 'opportunity_splits' end",
        record_key="people.transaction_id || '|' || people.measure_id || '|' || people.user_id || '|' || people.credit_source",
        worker_id='people.worker_id', period_id='people.period_id', amount='people.amount', currency='people.currency',
        file='events.raw_file', row_number='events.raw_row_number',
        column_name="case when people.credit_source = 'owner' then 'owner_user_id' else 'user_id' end",
        value='people.user_id',
        reason="'Is not credited to user ' || people.user_id || case when people.worker_id is null "
            ~ "then ': no worker is behind this user.' else ': worker ' || people.worker_id || ' is not employed on the day.' end",
        remedy="'Give the user a worker_id or the email of a worker, or name another owner or split in the CRM.'"
    ) }}
from people
inner join {{ ref('fct_transactions') }} as events on people.transaction_id = events.transaction_id
