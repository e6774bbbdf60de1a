-- How the rules differ from those of the latest closing; a row that came or went differs in each of its values.
with closings as (
    select count(*) as months from {{ ref('stg_ledger__closed_periods') }}
)

select
    coalesce(now.entity, before.entity) as entity,
    coalesce(now.record_key, before.record_key) as record_key,
    coalesce(now.column_name, before.column_name) as column_name,
    before.rule_value as old_value,
    now.rule_value as new_value,
    coalesce(now.component_id, before.component_id) as component_id,
    coalesce(now.plan_id, before.plan_id) as plan_id,
    coalesce(now.measure_id, before.measure_id) as measure_id
from {{ ref('stg_ledger__closed_rules') }} as before
full outer join {{ ref('dim_rules') }} as now
    on
        before.entity = now.entity
        and before.record_key = now.record_key
        and before.column_name = now.column_name
cross join closings
where closings.months > 0 and coalesce(before.rule_value, '') <> coalesce(now.rule_value, '')
