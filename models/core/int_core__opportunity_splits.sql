select
    source_system,
    opportunity_id,
    user_id,
    split_type,
    cast(coalesce(split_share, 1) as {{ share() }}) as split_share,
    raw_load_id,
    raw_file,
    raw_row_number
from {{ accepted_rows('opportunity_splits') }} as accepted
