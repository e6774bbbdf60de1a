select
    source_system,
    worker_id,
    valid_from,
    valid_to,
    base_salary,
    target_incentive,
    currency,
    raw_load_id,
    raw_file,
    raw_row_number
from {{ accepted_rows('worker_compensation') }} as accepted
