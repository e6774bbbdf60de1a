{{ config(materialized='view') }}
-- Who the source names for a transaction (calculation.md §3): its owner or, where the opportunity has revenue splits, their
-- users (rule source owner); the users of its overlay splits (overlay_split). All as of the event's date, a cancellation's as
-- of the event it reverses. A user without an employed worker stays, without worker: int_credit__exceptions lists it.
with user_spans as (
    select
        users.user_id,
        spans.worker_id,
        spans.sales_role,
        spans.valid_from,
        spans.valid_to
    from {{ ref('int_core__user_workers') }} as users
    inner join {{ ref('int_credit__worker_spans') }} as spans on users.worker_id = spans.worker_id
),

parts as (
    select
        measured.*,
        rules.credit_rule_id,
        rules.priority,
        rules.sales_role,
        rules.direct_rule_count,
        rules.manager_rule_count,
        rules.covers_all,
        rules.credit_share as rule_share,
        case
            when rules.credit_source = 'overlay_split' then 'overlay_split'
            when splits.opportunity_id is null then 'owner'
            else 'split'
        end as credit_source,
        case when splits.opportunity_id is null then measured.owner_user_id else splits.user_id end as user_id,
        coalesce(splits.split_share, cast(1 as {{ share() }})) as split_share,
        coalesce(splits.share_divisor, cast(1 as {{ share() }})) as share_divisor,
        coalesce(splits.part_count > 1, false) as is_shared
    from {{ ref('int_credit__measured_transactions') }} as measured
    inner join {{ ref('int_credit__rules') }} as rules
        on
            measured.measure_id = rules.measure_id
            and (rules.product_family is null or measured.product_family = rules.product_family)
            and {{ holds_on('rules', 'measured.origin_event_date') }}
    left join {{ ref('int_credit__opportunity_shares') }} as splits
        on measured.opportunity_id = splits.opportunity_id and rules.split_type = splits.split_type
    where rules.credit_source = 'owner' or (rules.credit_source = 'overlay_split' and splits.opportunity_id is not null)
)

select
    parts.transaction_id,
    parts.measure_id,
    parts.credit_rule_id,
    parts.credit_source,
    parts.priority,
    cast(null as {{ dbt.type_string() }}) as alignment,
    cast(null as {{ dbt.type_string() }}) as territory_id,
    parts.user_id,
    cast(null as {{ dbt.type_string() }}) as assignment_role,
    user_spans.worker_id,
    case
        when parts.user_id is null then 'no_owner'
        when user_spans.worker_id is null then 'nobody_employed'
        when parts.sales_role is null or user_spans.sales_role = parts.sales_role then 'credited'
        else 'other_role'
    end as outcome,
    {{ share_of_share('parts.rule_share', 'parts.split_share') }} as part_share,
    parts.share_divisor,
    parts.is_shared,
    parts.direct_rule_count,
    parts.manager_rule_count,
    parts.covers_all,
    parts.value,
    parts.reversal_share,
    parts.is_money,
    parts.currency,
    parts.product_family,
    parts.period_id,
    parts.credit_date,
    parts.origin_transaction_id,
    parts.origin_event_date,
    parts.origin_period_id
from parts
left join user_spans
    on
        parts.user_id = user_spans.user_id
        and parts.origin_event_date >= user_spans.valid_from
        and parts.origin_event_date < user_spans.valid_to
