-- The parts of credits that several people may share, those that find nobody included. A table of its own: ten million
-- transactions that one person has need not pass through the apportioning.
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
    covers_all,
    value,
    reversal_share,
    is_money
from {{ ref('int_credit__parts') }}
where is_shared
