-- A month's credits of a worker on a component, summed. Months that haven't begun have no attainment (calculation.md §0).
with credits as (
    select * from {{ ref('int_quota__plan_credits') }}
),

begun_months as (
    select period_id
    from {{ ref('dim_periods') }}
    where status <> 'future'
)

select
    credits.worker_id,
    credits.component_id,
    credits.period_id,
    cast(sum(credits.converted_amount) as {{ qty() }}) as credited_amount,
    cast(sum(credits.converted_margin) as decimal(38, 12)) as margin_amount,
    cast(sum(credits.converted_revenue) as decimal(38, 12)) as revenue_amount
from credits
inner join begun_months on credits.period_id = begun_months.period_id
group by credits.worker_id, credits.component_id, credits.period_id
