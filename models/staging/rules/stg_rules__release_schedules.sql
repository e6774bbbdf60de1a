select
    component_id,
    after_months,
    share
from {{ ref('release_schedules') }}
