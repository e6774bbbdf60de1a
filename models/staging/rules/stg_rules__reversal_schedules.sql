select
    measure_id,
    from_days,
    to_days,
    cast(coalesce(share, 1) as {{ share() }}) as share
from {{ ref('reversal_schedules') }}
