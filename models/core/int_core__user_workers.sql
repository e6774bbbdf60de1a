-- The worker behind a CRM user: by worker_id, else by an email address that one worker alone has. The inner join leaves out
-- users of a worker who was set aside: what they sell is then credited to nobody, and listed so.
select
    users.user_id,
    users.worker_id
from {{ accepted_rows('crm_users') }} as users
inner join {{ ref('dim_workers') }} as workers on users.worker_id = workers.worker_id
union all
select
    user_id,
    worker_id
from {{ ref('int_core__user_emails') }}
where worker_count = 1
