-- The model's rows add up, for each key, to a total of another model. A side that is missing counts as 0, so a total without
-- its parts, or parts without their total, fail like any other difference. to_where: which of the other model's rows.
{% test adds_up_to(model, column, key, to, to_column, to_where='1 = 1') %}
    with signed_amounts as (
        select
            {{ key | join(', ') }},
            {{ column }} as amount
        from {{ model }}
        union all
        select
            {{ key | join(', ') }},
            -{{ to_column }} as amount
        from {{ to }}
        where {{ to_where }}
    )

    select
        {{ key | join(', ') }},
        sum(amount) as difference
    from signed_amounts
    group by {{ key | join(', ') }}
    having sum(amount) <> 0
{% endtest %}
