-- The fiscal month in which each worker was hired, as a number on dim_periods.month_index; 0 or less for a month before the
-- calendar begins, which is then counted in calendar months. Tenure month 1 is that month (calculation.md §5).
with calendar as (
    select min(starts_on) as first_day
    from {{ ref('dim_periods') }}
),

before_the_calendar as (
    select
        workers.worker_id,
        workers.hire_date,
        (cast(extract(year from calendar.first_day) as integer) - cast(extract(year from workers.hire_date) as integer)) * 12
        + cast(extract(month from calendar.first_day) as integer)
        - cast(extract(month from workers.hire_date) as integer) as months_before
    from {{ ref('dim_workers') }} as workers
    inner join calendar on workers.hire_date < calendar.first_day
)

select
    worker_id,
    cast(1 - greatest(months_before, 1) as integer) as hire_month_index
from before_the_calendar
union all
select
    workers.worker_id,
    periods.month_index as hire_month_index
from {{ ref('dim_workers') }} as workers
inner join {{ ref('dim_periods') }} as periods
    on workers.hire_date >= periods.starts_on and workers.hire_date < periods.ends_on
