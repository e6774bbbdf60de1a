select
    source_system,
    worker_id,
    draw_type,
    valid_from,
    valid_to,
    amount_per_month,
    currency,
    cast(coalesce(recovery_share, 1) as {{ share() }}) as recovery_share,
    coalesce(recovery_from, valid_from) as recovery_from,
    raw_load_id,
    raw_file,
    raw_row_number
from {{ accepted_rows('draws') }} as accepted
