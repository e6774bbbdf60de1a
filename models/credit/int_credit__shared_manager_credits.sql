-- The managers above several people credited for a transaction, with what is true of the transaction and the rule.
select
    shares.transaction_id,
    shares.measure_id,
    shares.credit_rule_id,
    rules.priority,
    rules.credit_share as rule_share,
    shares.worker_id,
    shares.via_worker_id,
    true as may_have_rivals,
    shares.kept_share,
    shares.share_divisor,
    measured.value,
    measured.reversal_share,
    measured.is_money,
    measured.currency,
    measured.period_id,
    measured.credit_date,
    measured.origin_transaction_id,
    measured.origin_event_date,
    measured.origin_period_id
from {{ ref('int_credit__shared_manager_shares') }} as shares
inner join {{ ref('int_credit__rules') }} as rules on shares.credit_rule_id = rules.credit_rule_id
inner join {{ ref('int_credit__measured_transactions') }} as measured
    on shares.transaction_id = measured.transaction_id and shares.measure_id = measured.measure_id
