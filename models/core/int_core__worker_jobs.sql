select
    source_system,
    worker_id,
    valid_from,
    valid_to,
    job_title,
    sales_role,
    manager_worker_id,
    cast(coalesce(fte, 1) as {{ share() }}) as fte,
    raw_load_id,
    raw_file,
    raw_row_number
from {{ accepted_rows('worker_jobs') }} as accepted
