-- When an earned month is paid: in the last month of its payment block, or in that of the worker's stay on the plan if it
-- comes first (calculation.md §7). A month with settled lines, or due in a closed month, is only adjusted.
with earnings as (
    select * from {{ ref('fct_earnings') }}
),

components as (
    select
        components.component_id,
        components.plan_id,
        components.payment_frequency,
        components.release_event,
        components.release_share_at_booking,
        plans.currency
    from {{ ref('stg_rules__plan_components') }} as components
    inner join {{ ref('stg_rules__plans') }} as plans on components.plan_id = plans.plan_id
),

periods as (
    select
        period_id,
        month_index,
        max(month_index) over (partition by quarter_id) as quarter_last_index,
        max(month_index) over (partition by year_id) as year_last_index
    from {{ ref('dim_periods') }}
),

line_periods as (
    select * from {{ ref('int_payout__line_periods') }}
),

stays as (
    select * from {{ ref('int_quota__plan_months') }}
),

stay_ends as (
    select
        last_days.stay_last_day,
        line_periods.month_index as stay_last_index
    from (select distinct stay_last_day from stays) as last_days
    inner join line_periods
        on last_days.stay_last_day >= line_periods.starts_on and last_days.stay_last_day < line_periods.ends_on
),

settled as (
    select
        worker_id,
        component_id,
        earned_period_id
    from {{ ref('int_payout__settled_earnings') }}
    group by worker_id, component_id, earned_period_id
),

blocks as (
    select
        earnings.worker_id,
        earnings.component_id,
        components.plan_id,
        earnings.period_id,
        earnings.earned_amount,
        components.currency,
        components.release_event,
        components.release_share_at_booking,
        periods.month_index,
        case components.payment_frequency
            when 'quarter' then periods.quarter_last_index
            when 'year' then periods.year_last_index
            else periods.month_index
        end as block_last_index
    from earnings
    inner join components on earnings.component_id = components.component_id
    inner join periods on earnings.period_id = periods.period_id
),

due as (
    select
        blocks.*,
        least(blocks.block_last_index, coalesce(stay_ends.stay_last_index, blocks.block_last_index)) as due_index
    from blocks
    left join stays
        on
            blocks.worker_id = stays.worker_id
            and blocks.plan_id = stays.plan_id
            and blocks.period_id = stays.period_id
    left join stay_ends on stays.stay_last_day = stay_ends.stay_last_day
)

select
    due.worker_id,
    due.component_id,
    due.period_id as earned_period_id,
    due.month_index as earned_index,
    due.earned_amount,
    due.currency,
    due.release_event,
    due.release_share_at_booking,
    line_periods.period_id as due_period_id,
    line_periods.status = 'closed' or settled.worker_id is not null as is_adjusted,
    case when settled.worker_id is null then line_periods.line_period_id else line_periods.first_open_period_id end
        as line_period_id,
    case when settled.worker_id is null then line_periods.line_index else line_periods.first_open_index end as line_index
from due
inner join line_periods on due.due_index = line_periods.month_index
left join settled
    on
        due.worker_id = settled.worker_id
        and due.component_id = settled.component_id
        and due.period_id = settled.earned_period_id
