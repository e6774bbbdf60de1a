select
    source_system,
    objective_id,
    worker_id,
    component_id,
    period,
    objective_name,
    cast(coalesce(weight, 1) as {{ share() }}) as weight,
    target_value,
    actual_value,
    score,
    raw_load_id,
    raw_file,
    raw_row_number
from {{ accepted_rows('objectives') }} as accepted
