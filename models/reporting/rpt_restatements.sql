-- Why closed months are paid or taken back again: each adjustment, and what changed since they were closed.
select
    payouts.payout_line_id,
    payouts.worker_id,
    workers.worker_name,
    payouts.component_id,
    components.component_name,
    payouts.earned_period_id,
    payouts.pay_period_id,
    payouts.amount as line_amount,
    payouts.currency,
    payouts.is_settled,
    causes.cause,
    causes.entity,
    causes.record_key,
    causes.column_name,
    causes.old_value,
    causes.new_value
from {{ ref('int_reporting__restatement_causes') }} as causes
inner join {{ ref('fct_payouts') }} as payouts on causes.payout_line_id = payouts.payout_line_id
left join {{ ref('dim_workers') }} as workers on payouts.worker_id = workers.worker_id
left join {{ ref('dim_plan_components') }} as components on payouts.component_id = components.component_id
