select
    source_system,
    worker_id,
    worker_name,
    email,
    hire_date,
    termination_date,
    country,
    payroll_currency,
    raw_load_id,
    raw_file,
    raw_row_number
from {{ accepted_rows('workers') }} as accepted
