{{ config(materialized='view') }}
-- What each non-manager rule gives to each person it finds for a transaction (calculation.md §3), and what it finds nobody for
-- (outcome). is_shared: the rule may find several people, so int_credit__shared_amounts apportions; else the amount is the
-- value times the share. is_alone: no other non-manager credit can meet this one in its measure.
with parts as (
    select * from {{ ref('int_credit__user_parts') }}
    union all
    select * from {{ ref('int_credit__territory_parts') }}
)

select
    transaction_id,
    measure_id,
    credit_rule_id,
    credit_source,
    priority,
    alignment,
    territory_id,
    user_id,
    assignment_role,
    worker_id,
    outcome,
    part_share,
    share_divisor,
    is_shared,
    coalesce(not is_shared and direct_rule_count = 1, false) as is_alone,
    direct_rule_count,
    covers_all,
    value,
    reversal_share,
    is_money,
    currency,
    product_family,
    period_id,
    credit_date,
    origin_transaction_id,
    origin_event_date,
    origin_period_id
from parts
