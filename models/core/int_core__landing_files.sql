-- The file versions that count, with what identifies their content: the last step from any row to its source.
{% for source_name in env_var('QUOTALINE_SOURCES', 'canonical').split(',') %}
select distinct
    '{{ source_name }}' as source_system,
    load_id as raw_load_id,
    file as raw_file,
    sha256 as raw_file_sha256
from {{ source('raw_' ~ source_name, 'current_files') }}
{%- if not loop.last %}
union all
{% endif %}
{%- endfor %}
