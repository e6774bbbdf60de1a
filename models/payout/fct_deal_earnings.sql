-- What each credit has earned, by the tier that paid it (calculation.md §6); with the rows without credit, what a month moved
-- for earlier ones, the sum is fct_earnings, to the cent.
with positions as (
    select
        position_number,
        worker_id,
        component_id,
        period_id
    from {{ ref('int_payout__positions') }}
    where payout_basis = 'credit'
),

credit_earnings as (
    select * from {{ ref('int_payout__credit_earnings') }}
),

earnings as (
    select
        worker_id,
        component_id,
        period_id,
        earned_amount
    from {{ ref('fct_earnings') }}
),

listed as (
    select
        position_number,
        sum(earned_amount) as earned_amount
    from credit_earnings
    group by position_number
)

select
    positions.worker_id,
    positions.component_id,
    positions.period_id,
    credit_earnings.credit_id,
    credit_earnings.transaction_id,
    credit_earnings.tier_from,
    credit_earnings.rate,
    credit_earnings.credit_part,
    credit_earnings.modifier,
    credit_earnings.earned_amount
from credit_earnings
inner join positions on credit_earnings.position_number = positions.position_number
union all
select
    earnings.worker_id,
    earnings.component_id,
    earnings.period_id,
    cast(null as {{ dbt.type_string() }}) as credit_id,
    cast(null as {{ dbt.type_string() }}) as transaction_id,
    cast(null as {{ rate() }}) as tier_from,
    cast(null as {{ rate() }}) as rate,
    cast(null as {{ qty() }}) as credit_part,
    cast(null as {{ rate() }}) as modifier,
    cast(earnings.earned_amount - coalesce(listed.earned_amount, 0) as {{ money() }}) as earned_amount
from positions
inner join earnings
    on
        positions.worker_id = earnings.worker_id
        and positions.component_id = earnings.component_id
        and positions.period_id = earnings.period_id
left join listed on positions.position_number = listed.position_number
where earnings.earned_amount <> coalesce(listed.earned_amount, 0)
