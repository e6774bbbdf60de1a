{%- set chain_length = 10 -%}
-- The event that a cancellation reverses: the one it names, through other cancellations to the first (calculation.md §1).
-- is_resolved is false where cancellations name each other in a circle or in a longer chain than {{ chain_length }}, or
-- where the first event itself was set aside: such a cancellation can't be counted, nor left uncounted in silence.
with cancellations as (
    select
        source_system,
        event_id,
        related_event_id
    from {{ accepted_rows('sales_events') }} as accepted
    where event_type = 'cancellation' and related_event_id is not null
),

-- One link more each step; where the event named is no cancellation that names another, the chain stays where it is.
chain_1 as (
    select source_system, event_id, related_event_id as reversed_event_id
    from cancellations
),
{% for length in range(2, chain_length + 1) %}
chain_{{ length }} as (
    select
        chains.source_system,
        chains.event_id,
        coalesce(cancellations.related_event_id, chains.reversed_event_id) as reversed_event_id
    from chain_{{ length - 1 }} as chains
    left join cancellations
        on
            chains.source_system = cancellations.source_system
            and chains.reversed_event_id = cancellations.event_id
),
{% endfor %}
chain_ends as (
    select
        source_system,
        reversed_event_id
    from chain_{{ chain_length }}
    group by source_system, reversed_event_id
),

-- Only events that some chain ends at: few, though they are looked for among all.
first_events as (
    select
        events.source_system,
        events.event_id,
        events.event_date
    from {{ accepted_rows('sales_events') }} as events
    inner join chain_ends
        on events.source_system = chain_ends.source_system and events.event_id = chain_ends.reversed_event_id
)

select
    chains.source_system || ':' || chains.event_id as transaction_id,
    chains.source_system || ':' || chains.reversed_event_id as reversed_transaction_id,
    first_events.event_date as reversed_event_date,
    coalesce(first_events.event_id is not null and further.event_id is null, false) as is_resolved
from chain_{{ chain_length }} as chains
left join cancellations as further
    on chains.source_system = further.source_system and chains.reversed_event_id = further.event_id
left join first_events
    on chains.source_system = first_events.source_system and chains.reversed_event_id = first_events.event_id
