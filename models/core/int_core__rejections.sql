-- All rows that don't count because of what other rows say (docs/decisions/0004), of every entity.
{% set entities = [
    'accounts', 'products', 'crm_users', 'opportunities', 'opportunity_splits', 'sales_events', 'workers', 'worker_jobs',
    'worker_compensation', 'worker_leaves', 'territory_assignments', 'plan_assignments', 'quotas', 'objectives', 'draws',
    'payout_adjustments'
] %}
{%- for entity in entities %}
select
    entity,
    kind,
    record_key,
    column_name,
    value,
    reason,
    remedy,
    worker_id,
    amount,
    currency,
    source_system,
    raw_load_id,
    raw_file,
    raw_row_number
from {{ ref('int_core__' ~ entity ~ '_rejections') }}
{%- if not loop.last %}
union all
{%- endif %}
{%- endfor %}
