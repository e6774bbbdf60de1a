-- What is held of an earned month until its deals are invoiced or paid, or until the schedule says (calculation.md §7):
-- by credit where an event releases it, else of the component's month as a whole. Always as recomputed: what was settled
-- is set against it by the adjustment and the release.
with earned_periods as (
    select * from {{ ref('int_payout__earned_periods') }}
    where release_event is not null
),

deal_parts as (
    select
        parts.worker_id,
        parts.component_id,
        parts.period_id,
        parts.credit_id,
        sum(parts.earned_amount) as amount
    from {{ ref('fct_deal_earnings') }} as parts
    inner join {{ ref('stg_rules__plan_components') }} as components on parts.component_id = components.component_id
    where parts.credit_id is not null and components.release_event in ('invoice', 'payment')
    group by parts.worker_id, parts.component_id, parts.period_id, parts.credit_id
    union all
    select
        worker_id,
        component_id,
        period_id,
        credit_id,
        amount
    from {{ ref('int_payout__moved_parts') }}
),

deal_amounts as (
    select
        earned_periods.*,
        deal_parts.credit_id,
        credits.origin_transaction_id,
        deal_parts.amount
    from earned_periods
    inner join deal_parts
        on
            earned_periods.worker_id = deal_parts.worker_id
            and earned_periods.component_id = deal_parts.component_id
            and earned_periods.earned_period_id = deal_parts.period_id
    inner join {{ ref('fct_credits') }} as credits on deal_parts.credit_id = credits.credit_id
    where earned_periods.release_event in ('invoice', 'payment')
),

month_amounts as (
    select
        earned_periods.*,
        cast(null as {{ dbt.type_string() }}) as credit_id,
        cast(null as {{ dbt.type_string() }}) as origin_transaction_id,
        earned_amount as amount
    from earned_periods
    where release_event = 'schedule'
),

amounts as (
    select * from deal_amounts
    union all
    select * from month_amounts
),

shares as (
    select
        amounts.*,
        cast(amount - {{ mul_round('amount', 'release_share_at_booking', 9) }} as {{ money() }}) as held_amount
    from amounts
)

select
    worker_id,
    component_id,
    earned_period_id,
    earned_index,
    credit_id,
    origin_transaction_id,
    release_event,
    currency,
    cast(amount as {{ money() }}) as earned_amount,
    held_amount,
    line_index as release_from_index
from shares
where held_amount <> 0
