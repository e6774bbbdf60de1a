-- The rules that this build was made by, value by value: what is compared with the latest closing's.
select
    entity,
    record_key,
    column_name,
    rule_value,
    component_id,
    plan_id,
    measure_id
from {{ ref('stg_rules__rule_values') }}
