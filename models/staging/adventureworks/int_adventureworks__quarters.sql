-- The fiscal quarters of the rules' calendar: each starts with the first of its three months.
select
    starts_on,
    case substring(period, 8, 3)
        when 'M01' then substring(period, 1, 7) || 'Q1'
        when 'M04' then substring(period, 1, 7) || 'Q2'
        when 'M07' then substring(period, 1, 7) || 'Q3'
        when 'M10' then substring(period, 1, 7) || 'Q4'
    end as quarter_id
from {{ ref('stg_rules__fiscal_calendar') }}
where substring(period, 8, 3) in ('M01', 'M04', 'M07', 'M10')
