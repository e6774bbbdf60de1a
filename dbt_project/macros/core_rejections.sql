{#- What single rows can't show, because it lies between rows: duplicate keys, overlapping dates, dangling references, unknown
    periods (docs/decisions/0004). A model int_core__<entity>_rejections lists an entity's rows that don't count, one macro a
    check; the cleaned model reads the rest by accepted_rows. That keys, dates and references are the contract's own is
    tested in tests/unit/test_dbt_project.py. -#}

{#- A left join: for `not exists` DuckDB first makes the rows of ten million events distinct, 6 s of CPU (November 2026). -#}
{% macro accepted_rows(entity) -%}
(
    select delivered.*
    from {{ entity_rows(entity) }} as delivered
    left join (
        select distinct source_system, raw_load_id, raw_file, raw_row_number
        from {{ ref('int_core__' ~ entity ~ '_rejections') }} as all_rejections
    ) as rejections
        on {{ same_columns('delivered', 'rejections', ['raw_row_number', 'raw_file', 'raw_load_id', 'source_system']) }}
    where rejections.raw_row_number is null
)
{%- endmacro %}

{#- Rows of one key: equal ones count once, the first stays; of those that differ none counts. Only repeated keys are
    looked at in full, so that ten million events cost one aggregate. other_columns: the contract's beside the key.
    within: columns within which the key holds. -#}
{% macro duplicate_rows(entity, key, other_columns, within=[]) -%}
{%- set identity = within + key -%}
(
    select
        {{ rejection_columns(entity, key) }},
        case when delivered.first_content_id = delivered.last_content_id then 'repeated_row' else 'duplicate_key' end as kind,
        {{ "'" ~ key | join(', ') ~ "'" }} as column_name,
        {{ record_key(key) }} as value,
        case
            when delivered.first_content_id = delivered.last_content_id
                then 'Another row says exactly the same; it counts once.'
            else 'Another row has this key and says something else; none of them counts.'
        end as reason,
        'Deliver one row of this key.' as remedy
    from (
        select
            contents.*,
            min(contents.content_id) over (partition by {{ columns_of('contents', identity) }}) as first_content_id,
            max(contents.content_id) over (partition by {{ columns_of('contents', identity) }}) as last_content_id,
            row_number() over (
                partition by {{ columns_of('contents', identity) }}
                order by contents.source_system, contents.raw_file, contents.raw_row_number
            ) as place
        from (
            select rows_of_key.*, {{ stable_id(columns_of('rows_of_key', key + other_columns).split(', ')) }} as content_id
            from {{ entity_rows(entity) }} as rows_of_key
            inner join (
                select {{ identity | join(', ') }} from {{ entity_rows(entity) }} as all_rows
                group by {{ identity | join(', ') }}
                having count(*) > 1
            ) as repeated_keys
                on {{ same_columns('rows_of_key', 'repeated_keys', identity) }}
        ) as contents
    ) as delivered
    where delivered.place > 1 or delivered.first_content_id <> delivered.last_content_id
)
{%- endmacro %}

{#- Of rows that hold on the same day the one that starts later; rows that start together are duplicates of the key. -#}
{% macro overlapping_rows(entity, key, valid_from, valid_to) -%}
{%- set group = key | reject('equalto', valid_from) | list -%}
(
    select
        {{ rejection_columns(entity, key) }},
        'overlapping_dates' as kind,
        '{{ valid_from }}' as column_name,
        cast(delivered.{{ valid_from }} as {{ dbt.type_string() }}) as value,
        'Starts before an earlier row of the same key ends (' || cast(ranges.earlier_end as {{ dbt.type_string() }})
        || '); the later row does not count.' as reason,
        'End the earlier row on the day on which this one starts, or correct {{ valid_from }}.' as remedy
    from {{ entity_rows(entity) }} as delivered
    inner join (
        select
            {{ key | join(', ') }},
            max(coalesce({{ valid_to }}, date '9999-12-31')) over (
                partition by {{ group | join(', ') }} order by {{ valid_from }} rows between unbounded preceding and 1 preceding
            ) as earlier_end
        from (
            select {{ key | join(', ') }}, max(coalesce({{ valid_to }}, date '9999-12-31')) as {{ valid_to }}
            from {{ entity_rows(entity) }} as all_rows
            group by {{ key | join(', ') }}
        ) as spans
    ) as ranges
        on {{ same_columns('delivered', 'ranges', key) }}
    where ranges.earlier_end > delivered.{{ valid_from }}
)
{%- endmacro %}

{#- Rows that name what nobody delivered. A parent in quarantine, or rejected itself, was delivered: one bad account doesn't
    take its deals with it. -#}
{% macro dangling_rows(entity, key, column, parent, within=[]) -%}
{%- set parent_key = {
    'accounts': 'account_id', 'products': 'product_id', 'opportunities': 'opportunity_id', 'sales_events': 'event_id',
    'workers': 'worker_id', 'plans': 'plan_id', 'plan_components': 'component_id', 'measures': 'measure_id',
    'territories': 'territory_id'
}[parent] -%}
{%- set is_rule = parent in ['plans', 'plan_components', 'measures', 'territories'] -%}
(
    select
        {{ rejection_columns(entity, key) }},
        'dangling_reference' as kind,
        '{{ column }}' as column_name,
        delivered.{{ column }} as value,
        'Is no {{ parent_key }} of {{ parent }}; the row does not count.' as reason,
        '{{ 'Add it to ' ~ parent ~ '.csv in the rules' if is_rule else 'Deliver it in ' ~ parent }}, or correct {{ column }}.' as remedy
    from {{ entity_rows(entity) }} as delivered
    where delivered.{{ column }} is not null
    {%- if is_rule %}
        and not exists (
            select 1 from {{ ref('stg_rules__' ~ parent) }} as parents where parents.{{ parent_key }} = delivered.{{ column }}
        )
    {%- else %}
        and not exists (
            select 1 from {{ entity_rows(parent) }} as parents
            where parents.{{ parent_key }} = delivered.{{ column }}
            {%- for name in within %} and parents.{{ name }} = delivered.{{ name }}{% endfor %}
        )
        and not exists (
            select 1 from {{ ref('int_core__quarantined_rows') }} as parents
            where parents.entity = '{{ parent }}' and parents.record_key = delivered.{{ column }}
        )
    {%- endif %}
)
{%- endmacro %}

{#- Rows that name a period which the calendar doesn't have; where month_only, a quarter or year won't do. -#}
{% macro unknown_period_rows(entity, key, month_only=false) -%}
(
    select
        {{ rejection_columns(entity, key) }},
        'unknown_period' as kind,
        'period' as column_name,
        delivered.period as value,
        'Is no fiscal {{ 'month' if month_only else 'month, quarter or year' }} of the calendar; the row does not count.' as reason,
        'Correct the period; if fiscal_calendar.csv gives the calendar, add its months there.' as remedy
    from {{ entity_rows(entity) }} as delivered
    where not exists (select 1 from {{ ref('dim_periods') }} as periods where periods.period_id = delivered.period)
    {%- if not month_only %}
        and not exists (select 1 from {{ ref('dim_periods') }} as periods where periods.quarter_id = delivered.period)
        and not exists (select 1 from {{ ref('dim_periods') }} as periods where periods.year_id = delivered.period)
    {%- endif %}
)
{%- endmacro %}

{#- What every rejection says of its row. -#}
{% macro rejection_columns(entity, key) -%}
{%- set has_worker = 'worker_id' in key or entity in ['crm_users', 'objectives', 'payout_adjustments'] -%}
{%- set has_amount = entity in ['opportunities', 'sales_events', 'payout_adjustments'] -%}
    '{{ entity }}' as entity,
    delivered.source_system,
    delivered.raw_load_id,
    delivered.raw_file,
    delivered.raw_row_number,
    {{ record_key(key) }} as record_key,
    {{ 'delivered.worker_id' if has_worker else 'cast(null as ' ~ dbt.type_string() ~ ')' }} as worker_id,
    {{ 'delivered.amount' if has_amount else 'cast(null as ' ~ money() ~ ')' }} as amount,
    {{ 'delivered.currency' if has_amount else 'cast(null as ' ~ dbt.type_string() ~ ')' }} as currency
{%- endmacro %}

{#- A row's key as one text, as ingestion writes it too. -#}
{% macro record_key(key) -%}
{% for column in key %}coalesce(cast(delivered.{{ column }} as {{ dbt.type_string() }}), ''){% if not loop.last %} || '|' || {% endif %}{% endfor %}
{%- endmacro %}

{% macro columns_of(table_alias, columns) -%}
{% for column in columns %}{{ table_alias }}.{{ column }}{% if not loop.last %}, {% endif %}{% endfor %}
{%- endmacro %}

{% macro same_columns(one, other, columns) -%}
{% for column in columns %}{{ one }}.{{ column }} = {{ other }}.{{ column }}{% if not loop.last %} and {% endif %}{% endfor %}
{%- endmacro %}
