-- Cancellations that name an event, in every measure where that event counts (calculation.md §1), and how much of their value
-- counts at their age: 1 before the schedule's first day, 0 after its last and beyond the measure's window.
with reversed as (
    select
        cancellations.transaction_id,
        cancellations.event_date,
        cancellations.amount,
        cancellations.cost_amount,
        cancellations.quantity,
        cancellations.currency,
        events.transaction_id as origin_transaction_id,
        events.event_date as origin_event_date,
        events.period_id as origin_period_id,
        events.opportunity_id,
        events.account_id,
        events.product_family,
        events.owner_user_id,
        kinds.measure_id,
        kinds.measured_value,
        kinds.is_money,
        case kinds.reversal_timing when 'original_period' then events.event_date else cancellations.event_date end as credit_date,
        case kinds.reversal_timing when 'original_period' then events.period_id else cancellations.period_id end as period_id,
        kinds.reversal_window_days,
        {{ days_between('events.event_date', 'cancellations.event_date') }} as age_in_days
    from {{ ref('fct_transactions') }} as cancellations
    inner join {{ ref('fct_transactions') }} as events on cancellations.reversed_transaction_id = events.transaction_id
    inner join {{ ref('int_credit__counted_kinds') }} as kinds
        on
            events.event_type = kinds.event_type
            and coalesce(events.product_family, '') = kinds.product_family
            and coalesce(events.opportunity_type, '') = kinds.opportunity_type
    where
        events.period_id is not null
        and cancellations.period_id is not null
        and {{ meets_minimums('events', 'kinds') }}
),

schedules as (
    select
        measure_id,
        from_days,
        coalesce(to_days, lead(from_days) over (partition by measure_id order by from_days)) as to_days,
        min(from_days) over (partition by measure_id) as first_day,
        share
    from {{ ref('stg_rules__reversal_schedules') }}
),

first_days as (
    select measure_id, min(first_day) as first_day
    from schedules
    group by measure_id
)

select
    reversed.transaction_id,
    reversed.measure_id,
    reversed.origin_transaction_id,
    reversed.event_date,
    reversed.origin_event_date,
    reversed.origin_period_id,
    reversed.credit_date,
    reversed.period_id,
    reversed.opportunity_id,
    reversed.account_id,
    reversed.product_family,
    reversed.owner_user_id,
    {{ measured_value('reversed', 'reversed.measured_value', 'counts.event_count') }} as value,
    cast(
        case
            when reversed.age_in_days > reversed.reversal_window_days then 0
            when first_days.first_day is null or reversed.age_in_days < first_days.first_day then 1
            else coalesce(schedules.share, 0)
        end as {{ share() }}
    ) as reversal_share,
    case when reversed.is_money then reversed.currency end as currency,
    reversed.is_money,
    reversed.age_in_days,
    {{ missing_column('reversed', 'reversed.measured_value', 'null') }} as missing_column
from reversed
inner join {{ ref('int_credit__cancellation_counts') }} as counts on reversed.transaction_id = counts.transaction_id
left join first_days on reversed.measure_id = first_days.measure_id
left join schedules
    on
        reversed.measure_id = schedules.measure_id
        and reversed.age_in_days >= schedules.from_days
        and (schedules.to_days is null or reversed.age_in_days < schedules.to_days)
