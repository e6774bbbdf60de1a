select
    source_system,
    account_id,
    account_name,
    parent_account_id,
    industry,
    segment,
    country,
    region,
    postal_code,
    owner_user_id,
    raw_load_id,
    raw_file,
    raw_row_number
from {{ accepted_rows('accounts') }} as accepted
