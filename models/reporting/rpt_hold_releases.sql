-- What has released a hold, month by month (calculation.md §7): invoices or payments by deal, a schedule the month as a whole.
with schedule_releases as (
    select
        releases.*,
        sum(released_amount) over (
            partition by worker_id, component_id, earned_period_id
            order by month_index rows between unbounded preceding and current row
        ) as released_to_date
    from {{ ref('int_payout__schedule_releases') }} as releases
),

releases as (
    select
        worker_id,
        component_id,
        earned_period_id,
        credit_id,
        currency,
        month_index,
        paid_amount,
        booked_amount,
        released_to_date,
        released_amount
    from {{ ref('int_payout__hold_releases') }}
    union all
    select
        worker_id,
        component_id,
        earned_period_id,
        cast(null as {{ dbt.type_string() }}) as credit_id,
        currency,
        month_index,
        cast(null as {{ money() }}) as paid_amount,
        cast(null as {{ money() }}) as booked_amount,
        released_to_date,
        released_amount
    from schedule_releases
)

select
    releases.worker_id,
    workers.worker_name,
    releases.component_id,
    components.component_name,
    releases.earned_period_id,
    releases.credit_id,
    periods.period_id as release_period_id,
    cast(releases.paid_amount as {{ money() }}) as paid_amount,
    cast(releases.booked_amount as {{ money() }}) as booked_amount,
    cast(releases.released_to_date as {{ money() }}) as released_to_date,
    cast(releases.released_amount as {{ money() }}) as released_amount,
    releases.currency
from releases
inner join {{ ref('dim_periods') }} as periods on releases.month_index = periods.month_index
left join {{ ref('dim_workers') }} as workers on releases.worker_id = workers.worker_id
left join {{ ref('dim_plan_components') }} as components on releases.component_id = components.component_id
where periods.status = 'open'
