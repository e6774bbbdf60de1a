-- The parts that find nobody to credit: what int_credit__exceptions is made of.
select
    transaction_id,
    measure_id,
    credit_rule_id,
    credit_source,
    alignment,
    territory_id,
    user_id,
    assignment_role,
    worker_id,
    outcome,
    part_share,
    share_divisor,
    is_shared,
    covers_all,
    value,
    reversal_share,
    is_money,
    currency,
    period_id
from {{ ref('int_credit__parts') }}
where outcome <> 'credited'
