-- The apportioned credits, with what is true of their transaction and rule. A worker who has a share in several territories
-- has the credit for the one that gives most of it, then the smallest id.
with territory_shares as (
    select
        transaction_id,
        measure_id,
        credit_rule_id,
        worker_id,
        territory_id,
        sum(part_share) as part_share
    from {{ ref('int_credit__shared_parts') }}
    where outcome = 'credited' and territory_id is not null
    group by transaction_id, measure_id, credit_rule_id, worker_id, territory_id
),

ranked_territories as (
    select
        *,
        row_number() over (
            partition by transaction_id, measure_id, credit_rule_id, worker_id
            order by part_share desc, {{ bytewise('territory_id') }}
        ) as place
    from territory_shares
)

select
    amounts.transaction_id,
    amounts.measure_id,
    amounts.credit_rule_id,
    amounts.credit_source,
    rules.priority,
    rules.direct_rule_count,
    territories.territory_id,
    amounts.worker_id,
    amounts.part_share,
    amounts.share_divisor,
    amounts.credit_share,
    amounts.credit_amount,
    measured.value,
    measured.reversal_share,
    measured.is_money,
    measured.currency,
    measured.product_family,
    measured.period_id,
    measured.credit_date,
    measured.origin_transaction_id,
    measured.origin_event_date,
    measured.origin_period_id
from {{ ref('int_credit__shared_amounts') }} as amounts
inner join {{ ref('int_credit__rules') }} as rules on amounts.credit_rule_id = rules.credit_rule_id
inner join {{ ref('int_credit__measured_transactions') }} as measured
    on amounts.transaction_id = measured.transaction_id and amounts.measure_id = measured.measure_id
left join ranked_territories as territories
    on
        amounts.transaction_id = territories.transaction_id
        and amounts.measure_id = territories.measure_id
        and amounts.credit_rule_id = territories.credit_rule_id
        and amounts.worker_id = territories.worker_id
        and territories.place = 1
