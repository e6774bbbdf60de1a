select
    plan_id,
    plan_name,
    currency,
    coalesce(quota_proration, 'none') as quota_proration,
    coalesce(incentive_proration, 'none') as incentive_proration,
    coalesce(paid_leave_counts, true) as paid_leave_counts,
    continues_plan_id
from {{ ref('plans') }}
