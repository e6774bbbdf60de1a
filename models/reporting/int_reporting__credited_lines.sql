{{ config(materialized='view') }}
-- From each payout line of a component to the credits and sales events behind it: those of its earned month, or, where the month
-- has none of its own (attainment to date falls as the quota grows), those of its window so far. A view: rpt_payout_lineage
-- alone reads its tens of millions of rows, and writes them once.
with lines as (
    select * from {{ ref('fct_payouts') }}
),

-- The months whose credits a line is made from.
line_months as (
    select
        lines.payout_line_id,
        lines.worker_id,
        lines.component_id,
        months.period_id,
        case when months.period_id = lines.earned_period_id then 1 else 0 end as is_own_month,
        max(case when months.period_id = lines.earned_period_id and months.credited_amount <> 0 then 1 else 0 end)
            over (partition by lines.payout_line_id) as has_own_credits
    from lines
    inner join {{ ref('fct_attainment') }} as earned
        on
            lines.worker_id = earned.worker_id
            and lines.component_id = earned.component_id
            and lines.earned_period_id = earned.period_id
    inner join {{ ref('fct_attainment') }} as months
        on
            earned.worker_id = months.worker_id
            and earned.component_id = months.component_id
            and earned.window_id = months.window_id
            and earned.month_index >= months.month_index
    where lines.line_type <> 'manual'
)

select
    lines.payout_line_id,
    credits.credit_id,
    credits.converted_amount as credited_amount,
    credits.transaction_id,
    'sales_events' as entity,
    transactions.event_id as record_key,
    transactions.source_system,
    transactions.raw_load_id,
    transactions.raw_file,
    transactions.raw_row_number
from line_months as lines
inner join {{ ref('int_quota__plan_credits') }} as credits
    on
        lines.worker_id = credits.worker_id
        and lines.component_id = credits.component_id
        and lines.period_id = credits.period_id
inner join {{ ref('fct_transactions') }} as transactions on credits.transaction_id = transactions.transaction_id
where lines.is_own_month = 1 or lines.has_own_credits = 0
