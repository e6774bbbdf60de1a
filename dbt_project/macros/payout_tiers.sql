{#- What tiers make of a position, written once. `step` is a row of int_payout__tier_steps: the one that holds the position;
    `position` is in units of which `unit` is 1 (a quota, or 1), so that bounds are multiplied and nothing is divided. -#}

{#- On: does this step hold the position? None holds a null. -#}
{% macro in_tier_step(step, position, unit) -%}
(
    {{ position }} is not null
    and ({{ step }}.step_from is null or {{ position }} >= {{ step }}.step_from * {{ unit }})
    and ({{ step }}.step_to is null or {{ position }} < {{ step }}.step_to * {{ unit }})
)
{%- endmacro %}

{#- unit × F(position ÷ unit) of marginal, retroactive, excess and reached (here for one credit, or for the whole). -#}
{% macro tier_amount(method, step, position, unit) -%}
case
    when {{ position }} < 0 then {{ dec(step ~ '.taken_back_rate * ' ~ position, 18) }}
    when {{ method }} in ('retroactive', 'reached') then {{ dec(step ~ '.rate * ' ~ position, 18) }}
    when {{ method }} = 'excess' and {{ step }}.is_above_first
        then {{ dec(step ~ '.first_paid * ' ~ unit, 18) }}
            + {{ dec(step ~ '.rate * (' ~ position ~ ' - ' ~ step ~ '.first_to * ' ~ unit ~ ')', 18) }}
    else {{ dec(step ~ '.paid_below * ' ~ unit, 18) }}
        + {{ dec(step ~ '.rate * (' ~ position ~ ' - ' ~ step ~ '.paid_from * ' ~ unit ~ ')', 18) }}
end
{%- endmacro %}

{#- The rate of step and linear at a position (18 digits). -#}
{% macro tier_rate(method, step, position) -%}
case
    when {{ position }} < 0 then {{ dec('0', 18) }}
    when {{ method }} = 'linear' and {{ step }}.next_from is not null then {{ dec(step ~ '.rate', 18) }} + {{ payout_times(
        dec(step ~ '.next_rate - ' ~ step ~ '.rate', 18),
        payout_ratio('(' ~ position ~ ' - ' ~ step ~ '.tier_from)', '(' ~ step ~ '.next_from - ' ~ step ~ '.tier_from)', 18, 8)
    ) }}
    else {{ dec(step ~ '.rate', 18) }}
end
{%- endmacro %}
