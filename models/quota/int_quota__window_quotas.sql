-- A month's quota after proration and ramp, and its sums over the window (calculation.md §5). quota × active days ÷ days of
-- the month × ramp is one expression, rounded once. A window without any quota has none, which is not 0. Objectives have no
-- measure, so they find no quota.
with months as (
    select
        window_months.*,
        quotas.quota_amount,
        case when window_months.quota_proration = 'active_days' then window_months.active_days else window_months.days_in_month
        end as counted_days,
        cast(coalesce(ramps.quota_share, 1) as {{ share() }}) as ramp_share
    from {{ ref('int_quota__window_months') }} as window_months
    left join {{ ref('fct_quotas') }} as quotas
        on
            window_months.worker_id = quotas.worker_id
            and window_months.measure_id = quotas.measure_id
            and window_months.period_id = quotas.period_id
    left join {{ ref('stg_rules__ramp_schedules') }} as ramps
        on window_months.plan_id = ramps.plan_id and window_months.tenure_month = ramps.tenure_month
),

prorated as (
    select
        *,
        cast({{ div_round('counted_days', 'days_in_month', 9, 0, 0) }} as {{ share() }}) as active_share,
        cast(
            {{ div_round(dec(dec('quota_amount', 2) ~ ' * ramp_share * counted_days', 11), 'days_in_month', 2, 11, 0) }}
            as {{ money() }}
        ) as prorated_quota_amount
    from months
)

select
    worker_id,
    component_id,
    period_id,
    window_id,
    month_index,
    days_on_plan,
    active_share,
    ramp_share,
    quota_amount,
    prorated_quota_amount,
    cast(sum(prorated_quota_amount) over (
        partition by worker_id, component_id, window_id
        order by month_index
        rows between unbounded preceding and current row
    ) as {{ money() }}) as quota_to_date,
    cast(sum(prorated_quota_amount) over (partition by worker_id, component_id, window_id) as {{ money() }})
        as quota_full_window
from prorated
