-- How attainment is spread over the payees of a component, in bands of a quarter of the quota (calculation.md §8).
with banded as (
    select
        period_id,
        component_id,
        component_name,
        plan_name,
        case
            when attainment_share < 0 then -0.25
            when attainment_share >= 2 then 2
            else floor(attainment_share * 4) * 0.25
        end as band_from
    from {{ ref('rpt_attainment') }}
    where attainment_share is not null
),

counted as (
    select
        period_id,
        component_id,
        component_name,
        plan_name,
        cast(band_from as {{ share() }}) as band_from,
        count(*) as payee_count
    from banded
    group by period_id, component_id, component_name, plan_name, cast(band_from as {{ share() }})
),

totals as (
    select
        counted.*,
        sum(payee_count) over (partition by period_id, component_id) as all_payees
    from counted
)

select
    period_id,
    component_id,
    component_name,
    plan_name,
    band_from,
    cast(case when band_from < 0 then 0 when band_from < 2 then band_from + 0.25 end as {{ share() }}) as band_to,
    cast(payee_count as integer) as payee_count,
    cast({{ div_round('payee_count', 'all_payees', 8, 0, 0) }} as {{ rate() }}) as payee_share
from totals
