-- What each deal's earning, to the cent, moved in a month in which it has credits (calculation.md §6).
with results as (
    select * from {{ ref('int_payout__deal_results') }}
),

months as (
    select
        position_number,
        worker_id,
        component_id,
        month_index,
        origin_transaction_id,
        max(place) as last_place
    from results
    group by position_number, worker_id, component_id, month_index, origin_transaction_id
),

earned as (
    select
        months.*,
        {{ payout_cents('results.exact_amount') }} as earned_to_date
    from months
    inner join results
        on
            months.position_number = results.position_number
            and months.origin_transaction_id = results.origin_transaction_id
            and months.last_place = results.place
)

select
    position_number,
    origin_transaction_id,
    cast(earned_to_date - coalesce(lag(earned_to_date) over (
        partition by worker_id, component_id, origin_transaction_id order by month_index
    ), 0) as {{ money() }}) as earned_amount
from earned
