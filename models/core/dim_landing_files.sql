select
    source_system,
    raw_load_id,
    raw_file,
    raw_file_sha256
from {{ ref('int_core__landing_files') }}
