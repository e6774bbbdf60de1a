select
    plan_id,
    tenure_month,
    quota_share
from {{ ref('ramp_schedules') }}
