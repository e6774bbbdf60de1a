{#- The columns of every exceptions model, typed, in their order; what a kind of exception doesn't have is null. Each is given
    as an expression; texts for people come in single quotes. -#}
{% macro credit_exception(
    kind, severity, entity, record_key, reason, remedy, worker_id='null', period_id='null', amount='null', currency='null',
    file='null', row_number='null', column_name='null', value='null'
) -%}
{%- set text = dbt.type_string() -%}
    cast({{ kind }} as {{ text }}) as kind,
    cast({{ severity }} as {{ text }}) as severity,
    cast({{ entity }} as {{ text }}) as entity,
    cast({{ record_key }} as {{ text }}) as record_key,
    cast({{ worker_id }} as {{ text }}) as worker_id,
    cast({{ period_id }} as {{ text }}) as period_id,
    cast({{ amount }} as {{ qty() }}) as amount,
    cast({{ currency }} as {{ text }}) as currency,
    cast({{ file }} as {{ text }}) as file,
    cast({{ row_number }} as bigint) as row_number,
    cast({{ column_name }} as {{ text }}) as column_name,
    cast({{ value }} as {{ text }}) as value,
    cast({{ reason }} as {{ text }}) as reason,
    cast({{ remedy }} as {{ text }}) as remedy
{%- endmacro %}
