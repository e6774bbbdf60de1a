-- The calendar and where each month stands (calculation.md §0). The as-of date and the fiscal year's start are read from the
-- environment here and in int_core__calendar_months only.
with months as (
    select
        period_id,
        starts_on,
        ends_on,
        substring(period_id, 1, 6) as year_id,
        cast(substring(period_id, 9, 2) as integer) as month_of_year
    from {{ ref('int_core__calendar_months') }}
),

-- A month can be closed without a line.
closed_months as (
    select max(period_id) as last_closed_period_id
    from (
        select pay_period_id as period_id from {{ ref('stg_ledger__settled_payouts') }}
        union all
        select period_id from {{ ref('stg_ledger__closed_periods') }}
    ) as months_of_the_ledger
)

select
    months.period_id,
    months.starts_on,
    months.ends_on,
    months.year_id || case
        when months.month_of_year <= 3 then '-Q1'
        when months.month_of_year <= 6 then '-Q2'
        when months.month_of_year <= 9 then '-Q3'
        else '-Q4'
    end as quarter_id,
    months.year_id,
    months.month_of_year,
    case
        when months.period_id <= closed_months.last_closed_period_id then 'closed'
        when months.starts_on > date '{{ env_var('QUOTALINE_AS_OF') }}' then 'future'
        else 'open'
    end as status,
    cast(row_number() over (order by months.starts_on, months.period_id) as integer) as month_index,
    {{ days_between('months.starts_on', 'months.ends_on') }} as days_in_month,
    coalesce(months.month_of_year in (3, 6, 9, 12), false) as is_last_of_quarter,
    coalesce(months.month_of_year = 12, false) as is_last_of_year
from months
cross join closed_months
