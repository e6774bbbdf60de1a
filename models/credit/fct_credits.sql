{%- set columns = ['transaction_id', 'measure_id', 'worker_id', 'credit_rule_id', 'credit_source', 'territory_id',
    'via_worker_id', 'period_id', 'credit_date', 'credit_share', 'credit_amount', 'currency', 'origin_transaction_id', 'origin_period_id',
    'reversal_share'] %}
-- Who is credited for what (calculation.md §3). A credit that would count outside its worker's employment is left out here and
-- listed in int_credit__exceptions; that can only be where it counts on another date than its event's.
with credits as (
    select
        {{ columns | join(',\n        ') }}
    from {{ ref('int_credit__kept_credits') }}
    where credit_date = origin_event_date
    union all
    select
        kept.{{ columns | join(',\n        kept.') }}
    from {{ ref('int_credit__kept_credits') }} as kept
    left join {{ ref('int_credit__dropped_credits') }} as dropped
        on
            kept.transaction_id = dropped.transaction_id
            and kept.measure_id = dropped.measure_id
            and kept.worker_id = dropped.worker_id
    where kept.credit_date <> kept.origin_event_date and dropped.worker_id is null
)

select
    {{ stable_id(['transaction_id', 'measure_id', 'worker_id']) }} as credit_id,
    transaction_id,
    measure_id,
    worker_id,
    credit_rule_id,
    credit_source,
    territory_id,
    via_worker_id,
    period_id,
    credit_date,
    credit_share,
    credit_amount,
    currency,
    origin_transaction_id,
    origin_period_id,
    reversal_share
from credits
