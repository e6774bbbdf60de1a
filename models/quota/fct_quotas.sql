-- What each worker is to reach in each fiscal month (calculation.md §4): a year's or quarter's quota spread over its months
-- by seasonality, else evenly, the remainder in the last month; a finer quota replaces a coarser one month by month.
with quotas as (
    select * from {{ ref('int_core__quotas') }}
),

months as (
    select period_id as named_period, 1 as coarseness, period_id, month_of_year, month_index
    from {{ ref('dim_periods') }}
    union all
    select quarter_id as named_period, 2 as coarseness, period_id, month_of_year, month_index
    from {{ ref('dim_periods') }}
    union all
    select year_id as named_period, 3 as coarseness, period_id, month_of_year, month_index
    from {{ ref('dim_periods') }}
),

seasonal_measures as (
    select measure_id
    from {{ ref('stg_rules__quota_seasonality') }}
    group by measure_id
),

quota_months as (
    select
        quotas.worker_id,
        quotas.measure_id,
        quotas.period,
        quotas.quota_amount,
        months.coarseness,
        months.period_id,
        months.month_index,
        case when seasonal_measures.measure_id is null then 1 else coalesce(seasonality.share, 0) end as seasonal_share
    from quotas
    inner join months on quotas.period = months.named_period
    left join seasonal_measures on quotas.measure_id = seasonal_measures.measure_id
    left join {{ ref('stg_rules__quota_seasonality') }} as seasonality
        on quotas.measure_id = seasonality.measure_id and months.month_of_year = seasonality.month_of_year
),

-- Where every month in question has a share of 0, the rule says nothing about them: evenly, so that no quota is lost.
weighted_months as (
    select
        *,
        case
            when sum(seasonal_share) over (partition by worker_id, measure_id, period) = 0 then 1 else seasonal_share
        end as spread_weight,
        row_number() over (partition by worker_id, measure_id, period order by month_index desc) as months_to_end
    from quota_months
),

totals as (
    select
        *,
        sum(spread_weight) over (partition by worker_id, measure_id, period) as total_weight
    from weighted_months
),

rounded_parts as (
    select
        *,
        {{ div_round(dec(dec('quota_amount', 2) ~ ' * cast(spread_weight as ' ~ share() ~ ')', 11), 'total_weight', 2, 11, 9) }}
            as rounded_amount
    from totals
),

parts as (
    select
        worker_id,
        measure_id,
        period_id,
        coarseness,
        period as quota_period,
        quota_amount as period_quota_amount,
        spread_weight,
        total_weight,
        case
            when months_to_end = 1
                then
                    quota_amount + rounded_amount
                    - sum(rounded_amount) over (partition by worker_id, measure_id, period)
            else rounded_amount
        end as quota_amount
    from rounded_parts
),

finest_first as (
    select
        *,
        row_number() over (partition by worker_id, measure_id, period_id order by coarseness) as place
    from parts
)

select
    worker_id,
    measure_id,
    period_id,
    cast(quota_amount as {{ money() }}) as quota_amount,
    quota_period,
    cast(period_quota_amount as {{ money() }}) as period_quota_amount,
    cast(spread_weight as {{ share() }}) as month_weight,
    cast(total_weight as {{ share() }}) as period_weight
from finest_first
where place = 1
