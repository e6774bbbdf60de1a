select
    period as period_id,
    cast(closed_at as {{ dbt.type_timestamp() }}) as closed_at,
    closed_by,
    approved_by,
    note,
    build_id,
    code_revision,
    line_count,
    ledger_line_count,
    head_hash,
    {{ provenance() }}
from {{ current_rows('raw_ledger', 'closed_periods') }} as landed
