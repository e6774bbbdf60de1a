-- What a component's earnings of a month are multiplied with: the product of its modifiers, each read at the other component's
-- reading in the same month, 1 outside its tiers (calculation.md §6). SQL has no product: pairs are multiplied until one is
-- left, of up to 16 modifiers (a seventeenth makes a second row, which the key test finds).
with attainment as (
    select * from {{ ref('fct_attainment') }}
),

steps as (
    select * from {{ ref('int_payout__modifier_steps') }}
),

readings as (
    select * from {{ ref('int_payout__readings') }}
),

modified as (
    select
        component_id,
        by_component_id,
        row_number() over (partition by component_id order by by_component_id) - 1 as place
    from (select distinct component_id, by_component_id from steps) as pairs
),

read_modifiers as (
    select
        attainment.worker_id,
        attainment.component_id,
        attainment.period_id,
        modified.by_component_id,
        modified.place,
        coalesce(readings.reading, {{ dec('0', 18) }}) as reading
    from attainment
    inner join modified on attainment.component_id = modified.component_id
    left join readings
        on
            attainment.worker_id = readings.worker_id
            and modified.by_component_id = readings.component_id
            and attainment.period_id = readings.period_id
),

factors_0 as (
    select
        read_modifiers.worker_id,
        read_modifiers.component_id,
        read_modifiers.period_id,
        read_modifiers.place,
        case
            when steps.component_id is null then {{ dec('1', 18) }}
            when steps.next_from is null then {{ dec('steps.multiplier', 18) }}
            else {{ dec('steps.multiplier', 18) }} + {{ payout_times(
                dec('steps.next_multiplier - steps.multiplier', 18),
                payout_ratio('(read_modifiers.reading - steps.tier_from)', '(steps.next_from - steps.tier_from)', 18, 8)
            ) }}
        end as factor
    from read_modifiers
    left join steps
        on
            read_modifiers.component_id = steps.component_id
            and read_modifiers.by_component_id = steps.by_component_id
            and read_modifiers.reading >= steps.tier_from
            and (steps.tier_to is null or read_modifiers.reading < steps.tier_to)
),
{% for step in range(4) %}
pairs_{{ step }} as (
    select
        worker_id,
        component_id,
        period_id,
        {{ int_div('place', '2') }} as place,
        max(case when place % 2 = 0 then factor end) as one_factor,
        coalesce(max(case when place % 2 = 1 then factor end), {{ dec('1', 18) }}) as other_factor
    from factors_{{ step }}
    group by worker_id, component_id, period_id, {{ int_div('place', '2') }}
),

factors_{{ step + 1 }} as (
    select
        worker_id,
        component_id,
        period_id,
        place,
        {{ dec(payout_times('one_factor', 'other_factor'), 18) }} as factor
    from pairs_{{ step }}
){% if not loop.last %},{% endif %}
{% endfor %}
select
    worker_id,
    component_id,
    period_id,
    factor as modifier
from factors_4
