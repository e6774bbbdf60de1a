select
    measure_id,
    month_of_year,
    share
from {{ ref('quota_seasonality') }}
