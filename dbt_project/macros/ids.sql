{#- Ids, lists, text order and dates: what the engines write differently (docs/decisions/0006). -#}

{#- A stable id of the columns' texts: the same on every engine and in every run. Cast decimals to a fixed size first. -#}
{% macro stable_id(columns) -%}
md5({% for column in columns %}coalesce(cast({{ column }} as {{ dbt.type_string() }}), ''){% if not loop.last %} || '|' || {% endif %}{% endfor %})
{%- endmacro %}

{#- The group's texts, comma-separated, in the given order. -#}
{% macro text_list(expression, order_by) -%} {{ return(adapter.dispatch('text_list')(expression, order_by)) }} {%- endmacro %}
{% macro default__text_list(expression, order_by) -%} string_agg({{ expression }}, ', ' order by {{ order_by }}) {%- endmacro %}
{% macro spark__text_list(expression, order_by) -%} listagg({{ expression }}, ', ') within group (order by {{ order_by }}) {%- endmacro %}

{#- Text as it is to be ordered: by its bytes, whatever the database's collation. -#}
{% macro bytewise(text) -%} {{ return(adapter.dispatch('bytewise')(text)) }} {%- endmacro %}
{% macro default__bytewise(text) -%} {{ text }} {%- endmacro %}
{% macro postgres__bytewise(text) -%} {{ text }} collate "C" {%- endmacro %}

{#- Days from one date to another, as an integer. -#}
{% macro days_between(from_date, to_date) -%} {{ return(adapter.dispatch('days_between')(from_date, to_date)) }} {%- endmacro %}
{% macro default__days_between(from_date, to_date) -%} cast({{ to_date }} - {{ from_date }} as integer) {%- endmacro %}
{% macro spark__days_between(from_date, to_date) -%} datediff({{ to_date }}, {{ from_date }}) {%- endmacro %}

{#- A date some months later (a column or a number); 31 January + 1 = 28 February. -#}
{% macro add_months(date_value, months) -%} cast({{ date_value }} + {{ months }} * interval '1' month as date) {%- endmacro %}
