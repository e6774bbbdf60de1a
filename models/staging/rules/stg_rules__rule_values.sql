-- Every value of every rule as text, under the key that its table has: what an auditor compares with another day's.
{%- set tables = [
    'measures', 'reversal_schedules', 'credit_rules', 'territories', 'territory_rules', 'plans', 'plan_components',
    'release_schedules', 'rate_tiers', 'component_modifiers', 'ramp_schedules', 'quota_seasonality', 'fx_rates',
    'fiscal_calendar',
] %}
{%- for table in tables %}
{%- set key = graph.nodes['seed.quotaline.' ~ table].config.meta.key if execute else [] %}
{%- set columns = adapter.get_columns_in_relation(ref(table)) | map(attribute='name') | list if execute else ['priority'] %}
{%- for column in columns if column not in key %}
select
    '{{ table }}' as entity,
    {%- for part in key %}
    coalesce(cast({{ adapter.quote(part) }} as {{ dbt.type_string() }}), '') || {% if not loop.last %}'|' ||{% endif %}
    {%- endfor %}
    '' as record_key,
    '{{ column }}' as column_name,
    cast({{ adapter.quote(column) }} as {{ dbt.type_string() }}) as rule_value,
    {%- for concerned in ['component_id', 'plan_id', 'measure_id'] %}
    {% if concerned in columns %}{{ concerned }}{% else %}cast(null as {{ dbt.type_string() }}){% endif %} as {{ concerned }}
    {%- if not loop.last %},{% endif %}
    {%- endfor %}
from {{ ref(table) }}
where {{ adapter.quote(column) }} is not null
{%- if not loop.last %}
union all
{%- endif %}
{%- endfor %}
{%- if not loop.last %}
union all
{%- endif %}
{%- endfor %}
