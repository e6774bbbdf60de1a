{#- What of a hold is released once so much of what was booked is invoiced or paid (calculation.md §7): held × ratio, rounded;
    the ratio is cut to 0 … 1, and is 1 where nothing of the booking is left. -#}
{% macro released_of(held, released, booked) -%}
case
    when {{ booked }} <= 0 or {{ released }} >= {{ booked }} then {{ held }}
    when {{ released }} <= 0 then 0
    else {{ div_round(dec(held, 2) ~ ' * ' ~ dec(released, 2), booked, 2, 4, 2) }}
end
{%- endmacro %}
