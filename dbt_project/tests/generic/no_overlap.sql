-- Date ranges [valid_from, valid_to) of one key never hold the same day twice; an empty valid_to is open.
{% test no_overlap(model, columns, valid_from, valid_to) %}
    with ranges as (
        select
            {{ columns | join(', ') }},
            {{ valid_from }} as starts_on,
            coalesce({{ valid_to }}, date '9999-12-31') as ends_on
        from {{ model }}
    ),

    with_earlier_end as (
        select
            {{ columns | join(', ') }},
            starts_on,
            ends_on,
            max(ends_on) over (
                partition by {{ columns | join(', ') }}
                order by starts_on, ends_on
                rows between unbounded preceding and 1 preceding
            ) as earlier_end
        from ranges
        where starts_on < ends_on
    )

    select
        {{ columns | join(', ') }},
        starts_on,
        ends_on,
        earlier_end
    from with_earlier_end
    where starts_on < earlier_end
{% endtest %}
