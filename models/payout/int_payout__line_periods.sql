-- Where a line that is due in a month is written: there while it is open, in the first open month once it is closed
-- (a closed month never moves), nowhere yet while it lies ahead (calculation.md §7). No open month: no new lines.
with periods as (
    select
        period_id,
        month_index,
        starts_on,
        ends_on,
        days_in_month,
        status,
        min(case when status = 'open' then month_index end) over () as first_open_index
    from {{ ref('dim_periods') }}
)

select
    periods.period_id,
    periods.month_index,
    periods.starts_on,
    periods.ends_on,
    periods.days_in_month,
    periods.status,
    first_open.period_id as first_open_period_id,
    periods.first_open_index,
    case periods.status when 'open' then periods.period_id when 'closed' then first_open.period_id end as line_period_id,
    case periods.status when 'open' then periods.month_index when 'closed' then periods.first_open_index end as line_index
from periods
left join periods as first_open on periods.first_open_index = first_open.month_index
