{%- set levels = var('max_manager_levels', 10) -%}
-- Who stands above whom, on which dates, up to {{ levels }} levels (calculation.md §3): the reporting line in force, job row by
-- job row. A chain ends where it would meet one of its own members again; where that is its own start, closes_cycle.
with jobs as (
    select
        worker_id,
        manager_worker_id,
        valid_from,
        coalesce(valid_to, date '9999-12-31') as valid_to
    from {{ ref('int_core__worker_jobs') }}
    where manager_worker_id is not null
),

level_1 as (
    select
        worker_id,
        manager_worker_id,
        worker_id as via_worker_id,
        case when manager_worker_id = worker_id then worker_id else worker_id || ', ' || manager_worker_id end as members,
        '|' || worker_id || '|' || manager_worker_id || '|' as path,
        coalesce(manager_worker_id = worker_id, false) as closes_cycle,
        coalesce({{ bytewise('worker_id') }} <= {{ bytewise('manager_worker_id') }}, false) as starts_at_smallest,
        valid_from,
        valid_to
    from jobs
),
{% for level in range(2, levels + 1) %}
level_{{ level }} as (
    select
        below.worker_id,
        jobs.manager_worker_id,
        below.manager_worker_id as via_worker_id,
        case
            when jobs.manager_worker_id = below.worker_id then below.members
            else below.members || ', ' || jobs.manager_worker_id
        end as members,
        below.path || jobs.manager_worker_id || '|' as path,
        coalesce(jobs.manager_worker_id = below.worker_id, false) as closes_cycle,
        coalesce(below.starts_at_smallest and {{ bytewise('below.worker_id') }} <= {{ bytewise('jobs.manager_worker_id') }}, false)
            as starts_at_smallest,
        greatest(below.valid_from, jobs.valid_from) as valid_from,
        least(below.valid_to, jobs.valid_to) as valid_to
    from level_{{ level - 1 }} as below
    inner join jobs on below.manager_worker_id = jobs.worker_id
    where
        not below.closes_cycle
        and jobs.valid_from < below.valid_to
        and jobs.valid_to > below.valid_from
        and (jobs.manager_worker_id = below.worker_id or position('|' || jobs.manager_worker_id || '|' in below.path) = 0)
),
{% endfor %}
chains as (
    {%- for level in range(1, levels + 1) %}
    select {{ level }} as level, * from level_{{ level }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
)

select
    worker_id,
    level,
    manager_worker_id,
    via_worker_id,
    members,
    closes_cycle,
    starts_at_smallest,
    valid_from,
    valid_to
from chains
