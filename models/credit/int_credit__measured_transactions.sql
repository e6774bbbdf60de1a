{{ config(materialized='view') }}
-- What each event is worth in each measure that counts it (calculation.md §1). A cancellation that names an event has that
-- event's owner, opportunity, account and family here: it is credited to the same people. Those whose share at their age is
-- 0 don't count (int_credit__exceptions).
select
    events.transaction_id,
    kinds.measure_id,
    events.transaction_id as origin_transaction_id,
    events.event_date,
    events.event_date as origin_event_date,
    events.period_id as origin_period_id,
    events.event_date as credit_date,
    events.period_id,
    events.opportunity_id,
    events.account_id,
    events.product_family,
    events.owner_user_id,
    {{ measured_value('events', 'kinds.measured_value', '1') }} as value,
    cast(1 as {{ share() }}) as reversal_share,
    case when kinds.is_money then events.currency end as currency,
    kinds.is_money,
    {{ missing_column('events', 'kinds.measured_value', 'kinds.min_margin') }} as missing_column
from {{ ref('fct_transactions') }} as events
inner join {{ ref('int_credit__counted_kinds') }} as kinds
    on
        events.event_type = kinds.event_type
        and coalesce(events.product_family, '') = kinds.product_family
        and coalesce(events.opportunity_type, '') = kinds.opportunity_type
where
    events.reversed_transaction_id is null
    and events.period_id is not null  -- outside the calendar an event counts nowhere: int_core__event_exceptions
    and {{ meets_minimums('events', 'kinds') }}
union all
select
    transaction_id,
    measure_id,
    origin_transaction_id,
    event_date,
    origin_event_date,
    origin_period_id,
    credit_date,
    period_id,
    opportunity_id,
    account_id,
    product_family,
    owner_user_id,
    value,
    reversal_share,
    currency,
    is_money,
    missing_column
from {{ ref('int_credit__reversals') }}
where reversal_share <> 0
