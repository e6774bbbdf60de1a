-- Bookings and cancellations that do not credit the worker who owns them, with the reason (calculation.md §1 and §3).
-- Invoices and payments are left out: what counts there is the booking that they settle.
with owned as (
    select
        transactions.transaction_id,
        owners.worker_id,
        transactions.period_id,
        transactions.amount,
        transactions.currency,
        transactions.event_date
    from {{ ref('fct_transactions') }} as transactions
    inner join {{ ref('int_core__user_workers') }} as owners on transactions.owner_user_id = owners.user_id
    where transactions.event_type in ('booking', 'cancellation') and transactions.amount <> 0
),

missed as (
    select owned.*
    from owned
    where
        not exists (
            select 1
            from {{ ref('fct_credits') }} as credits
            where owned.transaction_id = credits.transaction_id and owned.worker_id = credits.worker_id
        )
),

others as (
    select
        missed.transaction_id,
        missed.worker_id
    from missed
    inner join {{ ref('fct_credits') }} as credits on missed.transaction_id = credits.transaction_id
    group by missed.transaction_id, missed.worker_id
),

uncredited as (
    select
        transaction_id,
        min(outcome) as outcome
    from {{ ref('int_credit__uncredited_transactions') }}
    group by transaction_id
),

dropped as (
    select
        transaction_id,
        worker_id
    from {{ ref('int_credit__dropped_credits') }}
    group by transaction_id, worker_id
),

too_old as (
    select transaction_id
    from {{ ref('int_credit__reversals') }}
    where reversal_share = 0
    group by transaction_id
)

select
    missed.worker_id,
    missed.transaction_id,
    missed.period_id,
    missed.amount,
    missed.currency,
    case
        when missed.event_date < workers.hire_date or missed.event_date >= workers.termination_date then 'not_employed'
        when dropped.transaction_id is not null then 'not_employed'
        when too_old.transaction_id is not null then 'cancellation_too_old'
        when others.transaction_id is not null then 'credited_to_others'
        when uncredited.outcome = 'no_rule' then 'no_rule'
        when uncredited.outcome = 'unaligned' then 'no_territory'
        when uncredited.outcome = 'other_role' then 'other_role'
        when uncredited.outcome is not null then 'nobody_found'
        else 'excluded_from_measure'
    end as reason_code
from missed
inner join {{ ref('dim_workers') }} as workers on missed.worker_id = workers.worker_id
left join others on missed.transaction_id = others.transaction_id and missed.worker_id = others.worker_id
left join uncredited on missed.transaction_id = uncredited.transaction_id
left join dropped on missed.transaction_id = dropped.transaction_id and missed.worker_id = dropped.worker_id
left join too_old on missed.transaction_id = too_old.transaction_id
