-- What doesn't count towards attainment, or needs a look (calculation.md §5).
{%- for topic in ['credit_exceptions', 'quota_exceptions', 'objective_exceptions'] %}
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
from {{ ref('int_quota__' ~ topic) }}
{%- if not loop.last %}
union all
{%- endif %}
{%- endfor %}
