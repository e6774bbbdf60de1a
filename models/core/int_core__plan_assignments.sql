select
    source_system,
    worker_id,
    plan_id,
    valid_from,
    valid_to,
    target_incentive,
    raw_load_id,
    raw_file,
    raw_row_number
from {{ accepted_rows('plan_assignments') }} as accepted
