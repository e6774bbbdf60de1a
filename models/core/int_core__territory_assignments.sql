select
    source_system,
    territory_id,
    worker_id,
    assignment_role,
    valid_from,
    valid_to,
    cast(coalesce(credit_share, 1) as {{ share() }}) as credit_share,
    raw_load_id,
    raw_file,
    raw_row_number
from {{ accepted_rows('territory_assignments') }} as accepted
