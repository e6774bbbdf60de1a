select
    component_id,
    cast(after_months as integer) as after_months,
    cast(share as {{ share() }}) as share
from {{ ref('stg_rules__release_schedules') }}
