{{ config(materialized='view') }}
{%- set columns = ['transaction_id', 'measure_id', 'worker_id', 'credit_rule_id', 'credit_source', 'territory_id',
    'via_worker_id', 'credit_share', 'credit_amount', 'currency', 'reversal_share', 'period_id', 'credit_date', 'origin_transaction_id',
    'origin_event_date', 'origin_period_id'] %}
-- One credit per transaction, measure and worker (calculation.md §3), before those are dropped whose date lies outside the
-- worker's employment. The ways are kept apart, so that only credits that may have rivals are compared with the chosen ones.
select
    {{ columns | join(',\n    ') }}
from {{ ref('int_credit__candidates') }}
where not may_have_rivals
union all
select
    candidates.{{ columns | join(',\n    candidates.') }}
from {{ ref('int_credit__candidates') }} as candidates
left join {{ ref('int_credit__chosen_credits') }} as chosen
    on
        candidates.transaction_id = chosen.transaction_id
        and candidates.measure_id = chosen.measure_id
        and candidates.worker_id = chosen.worker_id
where candidates.may_have_rivals and chosen.transaction_id is null
union all
select
    {{ columns | join(',\n    ') }}
from {{ ref('int_credit__chosen_credits') }}
