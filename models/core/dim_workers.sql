with begun_jobs as (
    select
        worker_id,
        manager_worker_id,
        row_number() over (partition by worker_id order by valid_from desc) as place
    from {{ ref('int_core__worker_jobs') }}
    where valid_from <= date '{{ env_var('QUOTALINE_AS_OF') }}'
)

select
    accepted.source_system,
    accepted.worker_id,
    accepted.worker_name,
    accepted.email,
    accepted.hire_date,
    accepted.termination_date,
    accepted.country,
    accepted.payroll_currency,
    begun_jobs.manager_worker_id,
    accepted.raw_load_id,
    accepted.raw_file,
    accepted.raw_row_number
from {{ accepted_rows('workers') }} as accepted
left join begun_jobs on accepted.worker_id = begun_jobs.worker_id and begun_jobs.place = 1
