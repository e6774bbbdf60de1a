{{ config(materialized='view') }}
-- Each row of fct_attainment with the component's terms and its quota and attainment by quota_basis (calculation.md §6). A quota
-- of 0 or less is none: there is no ratio to it.
with attainment as (
    select * from {{ ref('fct_attainment') }}
),

components as (
    select * from {{ ref('stg_rules__plan_components') }}
)

select
    attainment.worker_id,
    attainment.component_id,
    attainment.plan_id,
    attainment.period_id,
    attainment.window_id,
    attainment.month_index,
    attainment.currency,
    components.pay_window,
    components.payout_basis,
    components.tier_basis,
    components.tier_method,
    components.quota_basis,
    components.component_source,
    components.cross_component_id,
    components.threshold_attainment,
    components.cap_attainment,
    components.cap_amount,
    attainment.credited_amount,
    attainment.credited_to_date,
    attainment.objective_score,
    case components.quota_basis when 'full_window' then attainment.quota_full_window else attainment.quota_to_date end
        as delivered_quota,
    case
        when components.quota_basis = 'full_window' and attainment.quota_full_window > 0 then attainment.quota_full_window
        when components.quota_basis <> 'full_window' and attainment.quota_to_date > 0 then attainment.quota_to_date
    end as quota,
    case components.quota_basis when 'full_window' then attainment.attainment_full_window else attainment.attainment_to_date end
        as attainment
from attainment
inner join components on attainment.component_id = components.component_id
