select
    'canonical' as source_system,
    worker_id,
    valid_from,
    valid_to,
    job_title,
    sales_role,
    manager_worker_id,
    fte,
    {{ provenance() }}
from {{ current_rows('raw_canonical', 'worker_jobs') }} as landed
