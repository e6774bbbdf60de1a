-- Who is employed when, and in which sales role (calculation.md §3): each worker's employment, cut where the job changes, with
-- the days without a job row. A date finds at most one row of a worker; none: not employed on it.
with workers as (
    select
        worker_id,
        coalesce(hire_date, date '0001-01-01') as hire_date,
        coalesce(termination_date, date '9999-12-31') as termination_date
    from {{ ref('dim_workers') }}
),

jobs as (
    select
        worker_id,
        valid_from,
        coalesce(valid_to, date '9999-12-31') as valid_to,
        sales_role
    from {{ ref('int_core__worker_jobs') }}
),

bounds as (
    select worker_id, hire_date as bound from workers
    union
    select workers.worker_id, jobs.valid_from as bound
    from workers
    inner join jobs on workers.worker_id = jobs.worker_id
    where jobs.valid_from > workers.hire_date and jobs.valid_from < workers.termination_date
    union
    select workers.worker_id, jobs.valid_to as bound
    from workers
    inner join jobs on workers.worker_id = jobs.worker_id
    where jobs.valid_to > workers.hire_date and jobs.valid_to < workers.termination_date
),

spans as (
    select
        bounds.worker_id,
        bounds.bound as valid_from,
        lead(bounds.bound, 1, workers.termination_date) over (partition by bounds.worker_id order by bounds.bound) as valid_to
    from bounds
    inner join workers on bounds.worker_id = workers.worker_id
    where workers.hire_date < workers.termination_date
)

select
    spans.worker_id,
    spans.valid_from,
    spans.valid_to,
    jobs.sales_role
from spans
left join jobs
    on
        spans.worker_id = jobs.worker_id
        and spans.valid_from >= jobs.valid_from
        and spans.valid_from < jobs.valid_to
