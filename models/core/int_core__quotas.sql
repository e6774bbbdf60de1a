select
    source_system,
    worker_id,
    measure_id,
    period,
    quota_amount,
    raw_load_id,
    raw_file,
    raw_row_number
from {{ accepted_rows('quotas') }} as accepted
