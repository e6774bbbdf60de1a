{%- set topics = ['uncredited', 'territory', 'rule', 'measure'] %}
-- All that crediting has to tell (calculation.md §1 to §3): nothing that a measure counts goes uncredited in silence.
with exceptions as (
    {%- for topic in topics %}
    select * from {{ ref('int_credit__' ~ topic ~ '_exceptions') }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
)

select
    kind,
    severity,
    entity,
    record_key,
    worker_id,
    period_id,
    amount,
    currency,
    file,
    row_number,
    column_name,
    value,
    reason,
    remedy
from exceptions
