{#- What a share of a value comes to (calculation.md §3): value × reversal share × share ÷ divisor, rounded once: money to the
    cent, quantities and counts to 4 places. Most credits are whole, or a plain share of less than a billion: both cost next
    to nothing; 128-bit rounding takes ten times as long, division more, so they come last. Each branch is cast: of
    decimal(38,2) and decimal(38,4) DuckDB makes decimal(38,2), and cuts quantities. -#}
{% macro credit_amount(value, reversal_share, part, divisor, is_money) -%}
{%- set exact -%}
{{ dec(value, 4) }} * {{ dec(reversal_share, 9) }} * {{ dec(part, 12) }}
{%- endset -%}
case
        when {{ part }} = 1 and {{ divisor }} = 1 and {{ reversal_share }} = 1 then cast({{ value }} as {{ qty() }})
        when {{ is_money }} and {{ divisor }} = 1 and {{ reversal_share }} = 1 and abs({{ value }}) < 1000000000
            and abs({{ part }}) < 10 and cast({{ part }} as decimal(10,6)) = {{ part }}
            then cast(round(cast({{ value }} as decimal(12,2)) * cast({{ part }} as decimal(8,6)), 2) as {{ qty() }})
        when {{ divisor }} = 1 and {{ is_money }} then cast(round({{ exact }}, 2) as {{ qty() }})
        when {{ divisor }} = 1 then cast(round({{ exact }}, 4) as {{ qty() }})
        when {{ is_money }} then cast({{ credit_quotient(value, reversal_share, part, divisor, 2) }} * 0.01 as {{ qty() }})
        else cast({{ credit_quotient(value, reversal_share, part, divisor, 4) }} * 0.0001 as {{ qty() }})
    end
{%- endmacro %}

{#- Value × reversal share × share ÷ divisor in units of its last place, rounded half away from zero, in whole numbers. -#}
{% macro credit_quotient(value, reversal_share, part, divisor, places) -%}
{%- set numerator = in_units('abs(' ~ value ~ ')', places) ~ ' * ' ~ in_units(reversal_share, 9) ~ ' * ' ~ in_units(part, 12) -%}
{%- set denominator = in_units(divisor, 9) ~ ' * ' ~ dec(10 ** 12, 0) -%}
case when {{ value }} < 0 then -1 else 1 end
            * cast({{ int_div('(2 * ' ~ numerator ~ ' + ' ~ denominator ~ ')', '(2 * ' ~ denominator ~ ')') }} as bigint)
{%- endmacro %}

{#- A product of two shares, exact to 12 places: a rule's and a split's, an assignment's or a manager's. -#}
{% macro fine_share() -%} decimal(18,12) {%- endmacro %}

{#- One share of another, to 12 places. Mostly one of them is 1, and the 128-bit product is saved (2 µs a row). -#}
{% macro share_of_share(one, other) -%}
case
        when {{ one }} = 1 then cast({{ other }} as {{ fine_share() }})
        when {{ other }} = 1 then cast({{ one }} as {{ fine_share() }})
        else cast({{ dec(one, 12) }} * {{ other }} as {{ fine_share() }})
    end
{%- endmacro %}

{#- The share as published: 9 places. -#}
{% macro credit_share(part, divisor) -%}
case
        when {{ divisor }} = 1 then cast({{ part }} as {{ share() }})
        else cast({{ div_round(part, divisor, 9, 12, 9) }} as {{ share() }})
    end
{%- endmacro %}

{#- The share to 12 places, to tell the larger of two that are published alike. -#}
{% macro unrounded_share(part, divisor) -%}
case when {{ divisor }} = 1 then {{ part }} else {{ div_round(part, divisor, 12, 12, 9) }} end
{%- endmacro %}

{#- A number of at most places decimals as a whole number of units of its last place. -#}
{% macro in_units(number, places) -%}
cast({{ dec(number, places) }} * {{ 10 ** places }} as decimal(38,0))
{%- endmacro %}

{#- A plain share (at most 6 places) of less than a billion, in cents with their fraction: 64 bits. -#}
{% macro plain_units(value, part) -%}
cast(cast(abs(cast({{ value }} as decimal(12,2))) * 100 as decimal(12,0)) * cast({{ part }} as decimal(7,6)) as decimal(18,6))
{%- endmacro %}

{#- Whether a date lies in [valid_from, valid_to), an empty bound being open. -#}
{% macro holds_on(range_of, date_value) -%}
({{ range_of }}.valid_from is null or {{ date_value }} >= {{ range_of }}.valid_from)
            and ({{ range_of }}.valid_to is null or {{ date_value }} < {{ range_of }}.valid_to)
{%- endmacro %}
