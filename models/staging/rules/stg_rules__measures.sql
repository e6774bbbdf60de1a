select
    measure_id,
    measure_name,
    coalesce(event_types, 'booking') as event_types,
    coalesce(value, 'amount') as value,
    product_family,
    opportunity_type,
    min_amount,
    min_margin,
    min_term_months,
    coalesce(reversal_timing, 'event_period') as reversal_timing,
    reversal_window_days
from {{ ref('measures') }}
