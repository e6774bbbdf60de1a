{#- Whether an event (amount, cost_amount, term_months) reaches the least that a measure asks for (calculation.md §1). The
    margin is compared by multiplication, and an amount of 0 or less has none. -#}
{% macro meets_minimums(event, measure) -%}
    ({{ measure }}.min_amount is null or {{ event }}.amount >= {{ measure }}.min_amount)
    and (
        {{ measure }}.min_margin is null
        or (
            {{ event }}.amount > 0
            and {{ dec(event ~ '.amount - coalesce(' ~ event ~ '.cost_amount, 0)', 2) }}
            >= {{ dec(event ~ '.amount', 2) }} * {{ measure }}.min_margin
        )
    )
    and ({{ measure }}.min_term_months is null or {{ event }}.term_months >= {{ measure }}.min_term_months)
{%- endmacro %}

{#- What an event is worth in a measure, before a cancellation's age is looked at. -#}
{% macro measured_value(event, measured_value, event_count) -%}
cast(
        case {{ measured_value }}
            when 'amount' then {{ event }}.amount
            when 'margin' then {{ event }}.amount - coalesce({{ event }}.cost_amount, 0)
            when 'quantity' then coalesce({{ event }}.quantity, 0)
            else {{ event_count }}
        end as {{ qty() }}
    )
{%- endmacro %}

{#- The column that an event leaves empty though its value, or whether it counts, depends on it: read as 0, and reported. -#}
{% macro missing_column(event, measured_value, min_margin) -%}
case
        when {{ event }}.cost_amount is null and ({{ measured_value }} = 'margin' or {{ min_margin }} is not null) then 'cost_amount'
        when {{ event }}.quantity is null and {{ measured_value }} = 'quantity' then 'quantity'
    end
{%- endmacro %}
