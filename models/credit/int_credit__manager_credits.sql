{{ config(materialized='view') }}
-- The credits of managers (calculation.md §3): round(value × share), where the share is the rule's times what the reports keep.
with shares as (
    select * from {{ ref('int_credit__alone_manager_shares') }}
    union all
    select * from {{ ref('int_credit__shared_manager_credits') }}
),

of_rule as (
    select
        *,
        {{ share_of_share('kept_share', 'rule_share') }} as part_share
    from shares
)

select
    transaction_id,
    measure_id,
    credit_rule_id,
    priority,
    worker_id,
    via_worker_id,
    may_have_rivals,
    {{ credit_share('part_share', 'share_divisor') }} as credit_share,
    part_share,
    share_divisor,
    {{ credit_amount('value', 'reversal_share', 'part_share', 'share_divisor', 'is_money') }} as credit_amount,
    reversal_share,
    currency,
    period_id,
    credit_date,
    origin_transaction_id,
    origin_event_date,
    origin_period_id
from of_rule
