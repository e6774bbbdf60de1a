-- What each territory brought in, by month and measure (calculation.md §8). Only credits that came by territory have one.
with credited as (
    select
        period_id,
        territory_id,
        measure_id,
        currency,
        sum(credit_amount) as credited_amount,
        count(distinct transaction_id) as transaction_count,
        count(distinct worker_id) as worker_count
    from {{ ref('fct_credits') }}
    where territory_id is not null
    group by period_id, territory_id, measure_id, currency
),

measure_names as (
    select
        record_key as measure_id,
        rule_value as measure_name
    from {{ ref('dim_rules') }}
    where entity = 'measures' and column_name = 'measure_name'
)

select
    credited.period_id,
    credited.territory_id,
    territories.territory_name,
    territories.parent_territory_name,
    territories.alignment,
    credited.measure_id,
    coalesce(measure_names.measure_name, credited.measure_id) as measure_name,
    credited.currency,
    cast(credited.credited_amount as {{ qty() }}) as credited_amount,
    cast(credited.transaction_count as integer) as transaction_count,
    cast(credited.worker_count as integer) as worker_count
from credited
left join {{ ref('dim_territories') }} as territories on credited.territory_id = territories.territory_id
left join measure_names on credited.measure_id = measure_names.measure_id
