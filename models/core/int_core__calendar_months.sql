-- Fiscal months as the rules give them, else generated: whole fiscal years, from the first to the last that the data name
-- (calculation.md §0). No further than 20 years back and 10 ahead of the as-of date: a date typed wrongly (0202-03-01) is
-- an exception, not two thousand years of empty months.
{%- set as_of = env_var('QUOTALINE_AS_OF') %}
{%- set start_month = env_var('QUOTALINE_FISCAL_YEAR_START_MONTH', '1') | int %}
{%- set first_year = as_of[:4] | int - 20 %}
{%- set last_year = first_year + 30 %}
{%- set start_year = first_year - (1 if start_month > 1 else 0) %}
{%- set first_day = "date '%04d-%02d-01'" | format(start_year, start_month) %}
with named_days as (
    select event_date as named_day
    from {{ entity_rows('sales_events') }} as events
    union all
    select valid_from as named_day
    from {{ entity_rows('plan_assignments') }} as assignments
    union all
    select valid_from as named_day
    from {{ entity_rows('draws') }} as draws
    union all
    select date '{{ as_of }}' as named_day
),

first_and_last_day as (
    select
        min(named_day) as first_day,
        max(named_day) as last_day
    from named_days
    where named_day >= {{ first_day }} and named_day < {{ add_months(first_day, 31 * 12) }}
),

named_periods as (
    select period from {{ entity_rows('quotas') }} as quotas
    union all
    select period from {{ entity_rows('objectives') }} as objectives
    union all
    select period from {{ entity_rows('payout_adjustments') }} as adjustments
    union all
    select earned_period_id as period from {{ ref('stg_ledger__settled_payouts') }}
    union all
    select pay_period_id as period from {{ ref('stg_ledger__settled_payouts') }}
    union all
    select period from {{ ref('stg_rules__fx_rates') }}
),

generated_months as (
    select
        years.generated_number + {{ first_year - 1 }} as fiscal_year,
        months.generated_number as month_of_year,
        {{ add_months(first_day, '((years.generated_number - 1) * 12 + months.generated_number - 1)') }} as starts_on,
        {{ add_months(first_day, '((years.generated_number - 1) * 12 + months.generated_number)') }} as ends_on
    from ({{ dbt.generate_series(31) }}) as years
    cross join ({{ dbt.generate_series(12) }}) as months
),

named_years as (
    select cast(substring(period, 3, 4) as integer) as fiscal_year
    from named_periods
    union all
    select months.fiscal_year
    from first_and_last_day as days
    inner join generated_months as months
        on
            (days.first_day >= months.starts_on and days.first_day < months.ends_on)
            or (days.last_day >= months.starts_on and days.last_day < months.ends_on)
),

year_range as (
    select
        min(fiscal_year) as first_year,
        max(fiscal_year) as last_year
    from named_years
    where fiscal_year between {{ first_year }} and {{ last_year }}
)

select
    'FY' || cast(months.fiscal_year as {{ dbt.type_string() }}) || '-M'
    || right('0' || cast(months.month_of_year as {{ dbt.type_string() }}), 2) as period_id,
    months.starts_on,
    months.ends_on
from generated_months as months
inner join year_range on months.fiscal_year >= year_range.first_year and months.fiscal_year <= year_range.last_year
where not exists (select 1 from {{ ref('stg_rules__fiscal_calendar') }} as given)
union all
select
    period as period_id,
    starts_on,
    ends_on
from {{ ref('stg_rules__fiscal_calendar') }}
