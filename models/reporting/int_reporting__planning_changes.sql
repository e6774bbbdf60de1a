-- Quotas, proration and objectives that differ from those of the latest closing.
with closings as (
    select
        max(period_id) as period_id,
        count(*) as months
    from {{ ref('stg_ledger__closed_periods') }}
),

quotas as (
    select
        coalesce(now.worker_id, before.worker_id) as worker_id,
        coalesce(now.measure_id, before.measure_id) as measure_id,
        coalesce(now.period_id, before.period_id) as period_id,
        before.quota_amount as old_quota,
        now.quota_amount as new_quota
    from {{ ref('stg_ledger__closed_quotas') }} as before
    full outer join {{ ref('fct_quotas') }} as now
        on
            before.worker_id = now.worker_id
            and before.measure_id = now.measure_id
            and before.period_id = now.period_id
),

shares as (
    select
        coalesce(now.worker_id, before.worker_id) as worker_id,
        coalesce(now.component_id, before.component_id) as component_id,
        coalesce(now.period_id, before.period_id) as period_id,
        before.active_share as old_active_share,
        now.active_share as new_active_share,
        before.ramp_share as old_ramp_share,
        now.ramp_share as new_ramp_share,
        before.objective_score as old_objective_score,
        now.objective_score as new_objective_score
    from {{ ref('stg_ledger__closed_shares') }} as before
    full outer join {{ ref('fct_attainment') }} as now
        on
            before.worker_id = now.worker_id
            and before.component_id = now.component_id
            and before.period_id = now.period_id
),

changes as (
    select
        worker_id,
        cast(null as {{ dbt.type_string() }}) as component_id,
        measure_id,
        period_id,
        'quota_amount' as column_name,
        cast(old_quota as {{ dbt.type_string() }}) as old_value,
        cast(new_quota as {{ dbt.type_string() }}) as new_value
    from quotas
    {%- for column in ['active_share', 'ramp_share', 'objective_score'] %}
    union all
    select
        worker_id,
        component_id,
        cast(null as {{ dbt.type_string() }}) as measure_id,
        period_id,
        '{{ column }}' as column_name,
        cast(old_{{ column }} as {{ dbt.type_string() }}) as old_value,
        cast(new_{{ column }} as {{ dbt.type_string() }}) as new_value
    from shares
    {%- endfor %}
)

select changes.*
from changes
inner join closings on closings.months > 0 and (changes.column_name = 'quota_amount' or changes.period_id <= closings.period_id)
where coalesce(changes.old_value, '') <> coalesce(changes.new_value, '')
