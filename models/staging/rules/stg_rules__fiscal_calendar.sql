select
    period,
    starts_on,
    ends_on
from {{ ref('fiscal_calendar') }}
