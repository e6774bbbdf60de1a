-- What a month moved for earlier credits of its window (fct_deal_earnings' rows without credit), by credit, for components
-- whose pay is released by events: held and released as those credits are (calculation.md §7). Split in proportion to
-- their converted amounts, to the cent by largest remainder (ties: credit_date, transaction_id); where these sum to 0
-- there is no row: it is not held.
with moved as (
    select
        earnings.worker_id,
        earnings.component_id,
        earnings.period_id,
        attainment.window_id,
        attainment.month_index,
        cast(sum(earnings.earned_amount) as {{ money() }}) as amount
    from {{ ref('fct_deal_earnings') }} as earnings
    inner join {{ ref('stg_rules__plan_components') }} as components on earnings.component_id = components.component_id
    inner join {{ ref('fct_attainment') }} as attainment
        on
            earnings.worker_id = attainment.worker_id
            and earnings.component_id = attainment.component_id
            and earnings.period_id = attainment.period_id
    where components.release_event in ('invoice', 'payment') and earnings.credit_id is null
    group by
        earnings.worker_id, earnings.component_id, earnings.period_id, attainment.window_id, attainment.month_index
    having sum(earnings.earned_amount) <> 0
),

credits as (
    select
        plan_credits.worker_id,
        plan_credits.component_id,
        plan_credits.credit_id,
        plan_credits.credit_date,
        plan_credits.transaction_id,
        plan_credits.converted_amount,
        attainment.window_id,
        attainment.month_index
    from {{ ref('int_quota__plan_credits') }} as plan_credits
    inner join {{ ref('fct_attainment') }} as attainment
        on
            plan_credits.worker_id = attainment.worker_id
            and plan_credits.component_id = attainment.component_id
            and plan_credits.period_id = attainment.period_id
),

earlier_credits as (
    select
        moved.worker_id,
        moved.component_id,
        moved.period_id,
        moved.amount,
        credits.credit_id,
        credits.credit_date,
        credits.transaction_id,
        credits.converted_amount,
        sum(credits.converted_amount) over (partition by moved.worker_id, moved.component_id, moved.period_id) as total_amount
    from moved
    inner join credits
        on
            moved.worker_id = credits.worker_id
            and moved.component_id = credits.component_id
            and moved.window_id = credits.window_id
            and moved.month_index > credits.month_index
),

-- whole numbers: cents × ten-thousandths of the credit, over ten-thousandths of the sum
quotients as (
    select
        earlier_credits.*,
        abs({{ whole('amount', 2, 2) }}) * abs({{ whole('converted_amount', 4, 4) }}) as numerator,
        abs({{ whole('total_amount', 4, 4) }}) as denominator,
        (converted_amount < 0) <> (total_amount < 0) as is_opposite
    from earlier_credits
    where total_amount <> 0
),

-- rounded down, an opposite sign's part too, so that only whole cents are left to give
floors as (
    select
        quotients.*,
        case
            when is_opposite and numerator % denominator > 0 then -1 - {{ int_div('numerator', 'denominator') }}
            when is_opposite then -1 * {{ int_div('numerator', 'denominator') }}
            else {{ int_div('numerator', 'denominator') }}
        end as floor_cents,
        case
            when is_opposite and numerator % denominator > 0 then denominator - numerator % denominator
            else numerator % denominator
        end as remainder
    from quotients
),

ranked as (
    select
        floors.*,
        abs({{ whole('amount', 2, 2) }})
        - sum(floor_cents) over (partition by worker_id, component_id, period_id) as spare_cents,
        row_number() over (
            partition by worker_id, component_id, period_id
            order by remainder desc, credit_date, {{ bytewise('transaction_id') }}, {{ bytewise('credit_id') }}
        ) as remainder_rank
    from floors
)

select
    worker_id,
    component_id,
    period_id,
    credit_id,
    cast(
        (case when amount < 0 then -1 else 1 end)
        * {{ dec('floor_cents + case when remainder_rank <= spare_cents then 1 else 0 end', 0) }}
        * cast(0.01 as decimal(3, 2)) as {{ money() }}
    ) as amount
from ranked
