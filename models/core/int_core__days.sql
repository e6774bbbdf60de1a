-- Each day's fiscal month, so that a date finds its month by equality: a hash join, where a range join over ten million
-- events takes many times as long.
with day_numbers as (
    select generated_number as day_number
    from ({{ dbt.generate_series(400) }}) as numbers
)

select
    cast(periods.starts_on + (day_numbers.day_number - 1) * interval '1' day as date) as day_date,
    min(periods.period_id) as period_id
from {{ ref('dim_periods') }} as periods
inner join day_numbers on periods.days_in_month >= day_numbers.day_number
group by cast(periods.starts_on + (day_numbers.day_number - 1) * interval '1' day as date)
