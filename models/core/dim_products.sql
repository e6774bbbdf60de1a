select
    source_system,
    product_id,
    product_name,
    product_family,
    raw_load_id,
    raw_file,
    raw_row_number
from {{ accepted_rows('products') }} as accepted
