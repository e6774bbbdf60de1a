-- What each territory brought in, by month and measure (calculation.md §8). Only credits that came by territory have one.
select
    credits.period_id,
    credits.territory_id,
    territories.territory_name,
    territories.parent_territory_name,
    territories.alignment,
    credits.measure_id,
    credits.currency,
    cast(sum(credits.credit_amount) as {{ qty() }}) as credited_amount,
    cast(count(distinct credits.transaction_id) as integer) as transaction_count,
    cast(count(distinct credits.worker_id) as integer) as worker_count
from {{ ref('fct_credits') }} as credits
left join {{ ref('dim_territories') }} as territories on credits.territory_id = territories.territory_id
where credits.territory_id is not null
group by
    credits.period_id,
    credits.territory_id,
    territories.territory_name,
    territories.parent_territory_name,
    territories.alignment,
    credits.measure_id,
    credits.currency
