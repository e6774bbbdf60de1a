-- A component's reading, to 18 digits: its attainment by its own quota_basis, before its cap, or its margin ratio where its
-- tiers are on margin; null where there is none (calculation.md §6). Only where something reads it: a matrix or modifier, or
-- the component's own tiers where they need the ratio itself. Margin and revenue are converted to 12 places, so that a ratio is
-- that of its tier's edge where it is within 10^-12 of it.
with standings as (
    select * from {{ ref('int_payout__standings') }}
),

margins as (
    select
        worker_id,
        component_id,
        period_id,
        margin_to_date,
        revenue_to_date
    from {{ ref('fct_attainment') }}
),

components as (
    select * from {{ ref('stg_rules__plan_components') }}
),

read_components as (
    select cross_component_id as component_id from components
    where cross_component_id is not null
    union
    select by_component_id as component_id from {{ ref('int_payout__modifier_steps') }}
    union
    select component_id from components
    where tier_basis = 'margin' or (tier_basis = 'attainment' and payout_basis <> 'credit')
),

measured as (
    select
        standings.worker_id,
        standings.component_id,
        standings.period_id,
        standings.component_source,
        standings.tier_basis,
        standings.credited_to_date,
        standings.quota,
        standings.objective_score,
        margins.margin_to_date,
        margins.revenue_to_date
    from standings
    inner join read_components on standings.component_id = read_components.component_id
    inner join margins
        on
            standings.worker_id = margins.worker_id
            and standings.component_id = margins.component_id
            and standings.period_id = margins.period_id
),

ratios as (
    select
        worker_id, component_id, period_id,
        {{ dec('objective_score', 18) }} as reading
    from measured
    where component_source = 'objective'
    union all
    select
        worker_id, component_id, period_id,
        {{ dec('round(' ~ payout_ratio('margin_to_date', 'revenue_to_date', 12, 12) ~ ', 12)', 18) }} as reading
    from measured
    where component_source <> 'objective' and tier_basis = 'margin'
    union all
    select
        worker_id, component_id, period_id,
        {{ payout_ratio('credited_to_date', 'quota', 4, 2) }} as reading
    from measured
    where component_source <> 'objective' and tier_basis <> 'margin'
)

select
    worker_id,
    component_id,
    period_id,
    reading
from ratios
