{{ config(materialized='view') }}
-- The credits of components that pay a rate of credit, by the branch that lists them (calculation.md §6). No more columns than
-- it takes to put them in order: ten million of them are sorted.
with terms as (
    select * from {{ ref('int_payout__credit_terms') }}
),

plan_credits as (
    select * from {{ ref('int_quota__plan_credits') }}
)

select
    terms.position_number,
    terms.window_number,
    terms.branch,
    terms.month_index,
    plan_credits.credit_id,
    plan_credits.transaction_id,
    plan_credits.origin_transaction_id,
    plan_credits.transaction_id <> plan_credits.origin_transaction_id as is_cancellation,
    plan_credits.credit_date,
    plan_credits.converted_amount
from plan_credits
inner join terms
    on
        plan_credits.worker_id = terms.worker_id
        and plan_credits.component_id = terms.component_id
        and plan_credits.period_id = terms.period_id
