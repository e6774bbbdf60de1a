{#- Rows of the file versions that are current: landing is append-only, a file's newest version is the one that counts. -#}
{% macro current_rows(source_name, table_name) -%}
(
    select landed.*
    from {{ source(source_name, table_name) }} as landed
    inner join {{ source(source_name, 'current_files') }} as files
        on landed._dlt_load_id = files.load_id and landed._file = files.file and files.table_name = '{{ table_name }}'
)
{%- endmacro %}

{#- The columns that lead from any row of staging back to the raw row. -#}
{% macro provenance() -%}
    _dlt_load_id as raw_load_id,
    _file as raw_file,
    _row_number as raw_row_number
{%- endmacro %}

{#- All rows of one entity: the canonical source's and those of each other enabled source that provides it.
    Every staging model of an entity has the canonical one's columns in its order (tests/unit/test_staging.py). -#}
{% macro entity_rows(entity) -%}
(
    select * from {{ ref('stg_canonical__' ~ entity) }}
    {%- for source_name in env_var('QUOTALINE_SOURCES', 'canonical').split(',') if entity in var('source_entities').get(source_name, []) %}
    union all
    select * from {{ ref('stg_' ~ source_name ~ '__' ~ entity) }}
    {%- endfor %}
)
{%- endmacro %}
