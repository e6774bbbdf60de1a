{{ config(materialized='view') }}
-- The managers above a worker who alone is credited for a transaction (calculation.md §3): each keeps the worker's share, at
-- most 1 (kept_share ÷ share_divisor). Nothing needs summing here, which most transactions are spared by.
select
    credits.transaction_id,
    credits.measure_id,
    rules.credit_rule_id,
    rules.priority,
    rules.credit_share as rule_share,
    lines.manager_worker_id as worker_id,
    lines.via_worker_id,
    coalesce(rules.manager_rule_count > 1, false) as may_have_rivals,
    cast(least(credits.part_share, cast(credits.share_divisor as {{ fine_share() }})) as {{ fine_share() }}) as kept_share,
    credits.share_divisor,
    credits.value,
    credits.reversal_share,
    credits.is_money,
    credits.currency,
    credits.period_id,
    credits.credit_date,
    credits.origin_transaction_id,
    credits.origin_event_date,
    credits.origin_period_id
from {{ ref('int_credit__direct_credits') }} as credits
inner join {{ ref('int_credit__rules') }} as rules
    on
        credits.measure_id = rules.measure_id
        and (rules.product_family is null or credits.product_family = rules.product_family)
        and {{ holds_on('rules', 'credits.origin_event_date') }}
inner join {{ ref('int_credit__reporting_lines') }} as lines
    on
        credits.worker_id = lines.worker_id
        and rules.manager_levels >= lines.level
        and credits.origin_event_date >= lines.valid_from
        and credits.origin_event_date < lines.valid_to
        and (rules.sales_role is null or rules.sales_role = lines.sales_role)
where credits.is_alone and rules.credit_source = 'manager'
