select
    entity,
    record_key,
    column_name,
    rule_value,
    component_id,
    plan_id,
    measure_id,
    {{ provenance() }}
from {{ current_rows('raw_ledger', 'closed_rules') }} as landed
