-- CRM users without a worker_id and the workers who have their email address, without regard to case. A user whom several
-- workers' address fits is nobody's: int_core__exceptions lists it.
with users as (
    select *
    from {{ accepted_rows('crm_users') }} as accepted
    where worker_id is null and email is not null
)

select
    users.user_id,
    users.email,
    users.raw_file,
    users.raw_row_number,
    min(workers.worker_id) as worker_id,
    count(*) as worker_count
from users
inner join {{ ref('dim_workers') }} as workers on lower(users.email) = lower(workers.email)
group by users.user_id, users.email, users.raw_file, users.raw_row_number
