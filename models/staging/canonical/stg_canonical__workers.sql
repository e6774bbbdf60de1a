select
    'canonical' as source_system,
    worker_id,
    worker_name,
    email,
    hire_date,
    termination_date,
    country,
    payroll_currency,
    {{ provenance() }}
from {{ current_rows('raw_canonical', 'workers') }} as landed
