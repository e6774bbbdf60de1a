select
    source_system,
    worker_id,
    leave_from,
    leave_to,
    leave_type,
    coalesce(is_paid, true) as is_paid,
    raw_load_id,
    raw_file,
    raw_row_number
from {{ accepted_rows('worker_leaves') }} as accepted
