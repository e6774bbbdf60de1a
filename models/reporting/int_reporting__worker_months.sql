-- Who a worker was in a month: the job, manager, pay mix and territories in force on the last day employed in it.
with months as (
    select
        workers.worker_id,
        workers.worker_name,
        periods.period_id,
        case
            when workers.termination_date < periods.ends_on then workers.termination_date
            else periods.ends_on
        end as until_date
    from {{ ref('dim_workers') }} as workers
    inner join {{ ref('dim_periods') }} as periods
        on
            workers.hire_date < periods.ends_on
            and coalesce(workers.termination_date, date '9999-12-31') > periods.starts_on
    where periods.status <> 'future'
),

territories as (
    select
        months.worker_id,
        months.period_id,
        {{ text_list('names.territory_name', 'names.territory_name') }} as territory_names
    from months
    inner join {{ ref('int_core__territory_assignments') }} as assignments
        on
            months.worker_id = assignments.worker_id
            and months.until_date > assignments.valid_from
            and coalesce(assignments.valid_to, date '9999-12-31') >= months.until_date
    inner join {{ ref('dim_territories') }} as names on assignments.territory_id = names.territory_id
    group by months.worker_id, months.period_id
)

select
    months.worker_id,
    months.worker_name,
    months.period_id,
    jobs.job_title,
    jobs.sales_role,
    jobs.manager_worker_id,
    managers.worker_name as manager_name,
    cast({{ div_round(
        'compensation.target_incentive', 'compensation.base_salary + compensation.target_incentive', 8
    ) }} as {{ rate() }}) as target_variable_pay_share,
    territories.territory_names
from months
left join {{ ref('int_core__worker_jobs') }} as jobs
    on
        months.worker_id = jobs.worker_id
        and months.until_date > jobs.valid_from
        and coalesce(jobs.valid_to, date '9999-12-31') >= months.until_date
left join {{ ref('int_core__worker_compensation') }} as compensation
    on
        months.worker_id = compensation.worker_id
        and months.until_date > compensation.valid_from
        and coalesce(compensation.valid_to, date '9999-12-31') >= months.until_date
left join {{ ref('dim_workers') }} as managers on jobs.manager_worker_id = managers.worker_id
left join territories on months.worker_id = territories.worker_id and months.period_id = territories.period_id
