{{ config(materialized='view') }}
{%- set columns = ['transaction_id', 'measure_id', 'credit_rule_id', 'credit_source', 'priority', 'direct_rule_count',
    'territory_id', 'worker_id', 'part_share', 'share_divisor', 'value', 'reversal_share', 'is_money', 'currency', 'product_family', 'period_id',
    'credit_date', 'origin_transaction_id', 'origin_event_date', 'origin_period_id'] %}
-- All credits of non-manager rules, before any is dropped or displaced (calculation.md §3): those that one person has whole
-- or by a plain share, and those apportioned among several. may_have_rivals: the same worker may have another credit of the
-- transaction and measure. It hangs on the measure's rules alone, so that a filter on it skips whole measures.
select
    {{ columns | join(',\n    ') }},
    direct_rule_count > 1 as may_have_rivals,
    is_alone,
    {{ credit_share('part_share', 'share_divisor') }} as credit_share,
    {{ credit_amount('value', 'reversal_share', 'part_share', 'share_divisor', 'is_money') }} as credit_amount
from {{ ref('int_credit__parts') }}
where not is_shared and outcome = 'credited'
union all
select
    {{ columns | join(',\n    ') }},
    true as may_have_rivals,
    false as is_alone,
    credit_share,
    credit_amount
from {{ ref('int_credit__shared_credits') }}
