{{ config(materialized='view') }}
-- Exact branch, marginal: the window's credits laid end to end along the tiers, in the order (credit_date, transaction_id);
-- a negative one leads back (calculation.md §6). What lies beyond cap_attainment is cut off here.
with running as (
    select
        position_number,
        credit_id,
        transaction_id,
        is_cancellation,
        credit_date,
        converted_amount,
        {{ dec(
            'sum(converted_amount) over (partition by window_number order by credit_date, ' ~ bytewise('transaction_id')
            ~ ' rows between unbounded preceding and current row)', 10
        ) }} as total_after
    from {{ ref('int_payout__paid_credits') }}
    where branch = 'marginal'
),

terms as (
    select * from {{ ref('int_payout__credit_terms') }}
    where branch = 'marginal'
),

cut as (
    select
        running.position_number,
        terms.modifier,
        terms.cap_credit_amount,
        running.credit_id,
        running.transaction_id,
        running.is_cancellation,
        running.credit_date,
        running.converted_amount,
        case when terms.cap_credit_amount < running.total_after then terms.cap_credit_amount else running.total_after end
            as span_end,
        case
            when terms.cap_credit_amount < running.total_after - running.converted_amount then terms.cap_credit_amount
            else {{ dec('running.total_after - running.converted_amount', 10) }}
        end as span_start
    from running
    inner join terms on running.position_number = terms.position_number
    where not terms.pays_nothing
)

select
    position_number,
    modifier,
    credit_id,
    transaction_id,
    is_cancellation,
    credit_date,
    converted_amount,
    span_start,
    span_end,
    least(span_start, span_end) as span_low,
    greatest(span_start, span_end) as span_high,
    converted_amount = 0 or (cap_credit_amount is not null and converted_amount <> span_end - span_start) as is_cut
from cut
