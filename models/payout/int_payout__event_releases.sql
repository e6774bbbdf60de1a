-- What invoices or payments release of the holds of an earned month, by the month in which it counts (calculation.md §7).
select
    worker_id,
    component_id,
    earned_period_id,
    currency,
    month_index,
    cast(sum(released_amount) as {{ money() }}) as released_amount
from {{ ref('int_payout__hold_releases') }}
group by worker_id, component_id, earned_period_id, currency, month_index
