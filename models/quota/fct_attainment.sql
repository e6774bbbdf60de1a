-- Where each worker stands on each component, month by month (calculation.md §5). The ratios are for show: tiers compare
-- credited and quota themselves.
with months as (
    select
        window_months.*,
        quotas.active_share,
        quotas.ramp_share,
        quotas.prorated_quota_amount,
        quotas.quota_to_date,
        quotas.quota_full_window,
        credits.credited_amount,
        credits.credited_to_date,
        credits.margin_to_date,
        credits.revenue_to_date,
        objectives.objective_score
    from {{ ref('int_quota__window_months') }} as window_months
    inner join {{ ref('int_quota__window_quotas') }} as quotas
        on
            window_months.worker_id = quotas.worker_id
            and window_months.component_id = quotas.component_id
            and window_months.period_id = quotas.period_id
    inner join {{ ref('int_quota__window_credits') }} as credits
        on
            window_months.worker_id = credits.worker_id
            and window_months.component_id = credits.component_id
            and window_months.period_id = credits.period_id
    left join {{ ref('int_quota__window_objectives') }} as objectives
        on
            window_months.worker_id = objectives.worker_id
            and window_months.component_id = objectives.component_id
            and window_months.window_id = objectives.window_id
            and window_months.month_index = objectives.known_month_index
)

select
    worker_id,
    component_id,
    period_id,
    plan_id,
    measure_id,
    window_id,
    pay_window,
    component_source,
    currency,
    month_index,
    active_share,
    ramp_share,
    prorated_quota_amount,
    quota_to_date,
    quota_full_window,
    credited_amount,
    credited_to_date,
    margin_to_date,
    revenue_to_date,
    objective_score,
    cast(case
        when component_source = 'objective' then objective_score
        else {{ div_round('credited_to_date', 'quota_to_date', 8, 4, 2) }}
    end as {{ rate() }}) as attainment_to_date,
    cast(case
        when component_source = 'objective' then objective_score
        else {{ div_round('credited_to_date', 'quota_full_window', 8, 4, 2) }}
    end as {{ rate() }}) as attainment_full_window
from months
