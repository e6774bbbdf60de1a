-- Rows that ingestion set aside, of the file versions that count now; every enabled source's.
{%- for source_name in env_var('QUOTALINE_SOURCES', 'canonical').split(',') %}
select
    '{{ source_name }}' as source_system,
    quarantined.table_name as entity,
    quarantined.record_key,
    quarantined.kind,
    quarantined.column_name,
    quarantined.value,
    quarantined.reason,
    quarantined.remedy,
    quarantined.load_id as raw_load_id,
    quarantined.file as raw_file,
    quarantined.row_number as raw_row_number
from {{ source('raw_' ~ source_name, 'quarantined_rows') }} as quarantined
inner join {{ source('raw_' ~ source_name, 'current_files') }} as files
    on
        quarantined.load_id = files.load_id
        and quarantined.file = files.file
        and quarantined.table_name = files.table_name
{%- if not loop.last %}
union all
{%- endif %}
{%- endfor %}
