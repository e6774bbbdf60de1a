-- Cancellations whose credit takes nothing back where something was counted: the event counted on a plan, and the
-- cancellation counts neither there nor on a plan that continues it; or it meets a plan of its worker and counts on none
-- (calculation.md §5). Somebody has to adjust these by hand.
with reversing_credits as (
    select *
    from {{ ref('fct_credits') }}
    where origin_transaction_id <> transaction_id and credit_amount <> 0
),

counted_somewhere as (
    select credit_id
    from {{ ref('int_quota__counted_reversals') }}
    group by credit_id
),

-- Taken back by any measure of the same cancellation: a plan that continues another may count it by another measure.
taken_back as (
    select
        reversing_credits.worker_id,
        reversing_credits.transaction_id,
        counted.counted_plan_id
    from {{ ref('int_quota__counted_reversals') }} as counted
    inner join reversing_credits on counted.credit_id = reversing_credits.credit_id
    group by reversing_credits.worker_id, reversing_credits.transaction_id, counted.counted_plan_id
),

left_standing as (
    select reversing_credits.credit_id
    from reversing_credits
    inner join {{ ref('int_quota__reversed_events') }} as events
        on
            reversing_credits.worker_id = events.worker_id
            and reversing_credits.origin_transaction_id = events.transaction_id
            and reversing_credits.measure_id = events.measure_id
    left join taken_back
        on
            reversing_credits.worker_id = taken_back.worker_id
            and reversing_credits.transaction_id = taken_back.transaction_id
            and events.plan_id = taken_back.counted_plan_id
    where taken_back.transaction_id is null
),

met_a_plan_in_vain as (
    select reversing_credits.credit_id
    from reversing_credits
    inner join {{ ref('int_quota__component_assignments') }} as assignments
        on
            reversing_credits.worker_id = assignments.worker_id
            and reversing_credits.measure_id = assignments.measure_id
            and reversing_credits.credit_date >= assignments.assigned_from
            and reversing_credits.credit_date < assignments.assigned_to
    left join counted_somewhere on reversing_credits.credit_id = counted_somewhere.credit_id
    where counted_somewhere.credit_id is null
),

findings as (
    select credit_id from left_standing
    union all
    select credit_id from met_a_plan_in_vain
),

found_credits as (
    select credit_id
    from findings
    group by credit_id
)

select
    reversing_credits.credit_id,
    reversing_credits.transaction_id,
    reversing_credits.measure_id,
    reversing_credits.worker_id,
    reversing_credits.period_id,
    reversing_credits.credit_amount,
    reversing_credits.currency,
    transactions.raw_file,
    transactions.raw_row_number
from found_credits
inner join reversing_credits on found_credits.credit_id = reversing_credits.credit_id
inner join {{ ref('fct_transactions') }} as transactions on reversing_credits.transaction_id = transactions.transaction_id
