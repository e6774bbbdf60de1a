{{ config(materialized='view') }}
{%- set columns = ['transaction_id', 'measure_id', 'worker_id', 'credit_rule_id', 'priority', 'credit_share', 'part_share',
    'share_divisor', 'credit_amount', 'currency', 'reversal_share', 'period_id', 'credit_date', 'origin_transaction_id', 'origin_event_date', 'origin_period_id'] %}
-- All credits that rules give, managers' included, before each worker keeps one (calculation.md §3). may_have_rivals: the same
-- worker may have another one of the transaction and measure.
select
    {{ columns | join(',\n    ') }},
    credit_source,
    territory_id,
    cast(null as {{ dbt.type_string() }}) as via_worker_id,
    may_have_rivals
from {{ ref('int_credit__direct_credits') }}
union all
select
    {{ columns | join(',\n    ') }},
    'manager' as credit_source,
    cast(null as {{ dbt.type_string() }}) as territory_id,
    via_worker_id,
    may_have_rivals
from {{ ref('int_credit__manager_credits') }}
