-- Each plan with itself and the plans that it continues, a plan a year: where a cancellation's event may have counted
-- (calculation.md §5). Ten plans back; a loop in continues_plan_id ends there too.
{%- set depth = 10 %}
with level_0 as (
    select
        plan_id,
        plan_id as counted_plan_id
    from {{ ref('stg_rules__plans') }}
){% for level in range(1, depth + 1) %},

level_{{ level }} as (
    select
        nearer.plan_id,
        plans.continues_plan_id as counted_plan_id
    from level_{{ level - 1 }} as nearer
    inner join {{ ref('stg_rules__plans') }} as plans on nearer.counted_plan_id = plans.plan_id
    where plans.continues_plan_id is not null
){% endfor %},

all_levels as (
    {%- for level in range(depth + 1) %}
    select plan_id, counted_plan_id from level_{{ level }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
)

select
    plan_id,
    counted_plan_id
from all_levels
group by plan_id, counted_plan_id
