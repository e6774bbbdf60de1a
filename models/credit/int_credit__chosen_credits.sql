-- Where a worker has several credits of one transaction and measure, the one that stays (calculation.md §3): the lowest
-- priority number, then the larger share, then credit_rule_id. Such workers are few: one narrow count finds them, and only
-- their credits are sorted.
with rivals as (
    select
        transaction_id,
        measure_id,
        worker_id
    from {{ ref('int_credit__candidates') }}
    where may_have_rivals
    group by transaction_id, measure_id, worker_id
    having count(*) > 1
),

ranked as (
    select
        candidates.*,
        row_number() over (
            partition by candidates.transaction_id, candidates.measure_id, candidates.worker_id
            order by
                candidates.priority, candidates.credit_share desc,
                {{ unrounded_share('candidates.part_share', 'candidates.share_divisor') }} desc,
                {{ bytewise('candidates.credit_rule_id') }}
        ) as place
    from {{ ref('int_credit__candidates') }} as candidates
    inner join rivals
        on
            candidates.transaction_id = rivals.transaction_id
            and candidates.measure_id = rivals.measure_id
            and candidates.worker_id = rivals.worker_id
)

select
    transaction_id,
    measure_id,
    worker_id,
    credit_rule_id,
    credit_source,
    territory_id,
    via_worker_id,
    credit_share,
    credit_amount,
    currency,
    reversal_share,
    period_id,
    credit_date,
    origin_transaction_id,
    origin_event_date,
    origin_period_id
from ranked
where place = 1
