-- Where a component stands on its tiers, what the next one needs, and why it pays nothing where it does (calculation.md §6).
-- Where tiers read credit (attainment × quota, or an amount), positions are credit; the others are ratios, and nobody can say
-- how much credit moves them. What is missing is rounded up to the cent: so much credit is enough.
with positions as (
    select
        positions.*,
        earnings.earned_to_date,
        components.component_source,
        components.threshold_attainment,
        components.cap_attainment,
        components.tier_basis <> 'margin' and components.component_source = 'credit' as reads_credit,
        case when components.component_source = 'credit' and components.tier_basis = 'attainment' then positions.quota else 1 end
            as tier_unit
    from {{ ref('int_payout__positions') }} as positions
    inner join {{ ref('fct_earnings') }} as earnings
        on
            positions.worker_id = earnings.worker_id
            and positions.component_id = earnings.component_id
            and positions.period_id = earnings.period_id
    inner join {{ ref('dim_plan_components') }} as components on positions.component_id = components.component_id
),

placed as (
    select
        positions.*,
        case when reads_credit then capped_amount else position_ratio end as place
    from positions
    where pay_window <> 'deal' and has_position
),

bounds as (
    select
        placed.*,
        tiers.tier_from,
        tiers.rate,
        {{ dec(dec('placed.tier_unit', 2) ~ ' * tiers.tier_from', 10) }} as from_amount,
        {{ dec(dec('placed.tier_unit', 2) ~ ' * tiers.tier_to', 10) }} as to_amount
    from placed
    inner join {{ ref('rpt_component_tiers') }} as tiers
        on placed.component_id = tiers.component_id and placed.band_from = tiers.band_from
),

tiers as (
    select
        worker_id,
        component_id,
        period_id,
        tier_from,
        rate,
        place >= from_amount and (to_amount is null or place < to_amount) as is_current,
        row_number() over (
            partition by worker_id, component_id, period_id, case when place < from_amount then 1 else 0 end
            order by tier_from
        ) as tier_rank,
        place < from_amount and (tier_basis <> 'attainment' or cap_attainment is null or cap_attainment > tier_from) as is_ahead,
        case when reads_credit then from_amount - credited_to_date end as missing_amount
    from bounds
),

summed as (
    select
        worker_id,
        component_id,
        period_id,
        max(case when is_current then tier_from end) as tier_from,
        max(case when is_current then rate end) as tier_rate,
        max(case when is_ahead and tier_rank = 1 then tier_from end) as next_tier_from,
        max(case when is_ahead and tier_rank = 1 then rate end) as next_tier_rate,
        max(case when is_ahead and tier_rank = 1 then missing_amount end) as missing_amount
    from tiers
    group by worker_id, component_id, period_id
)

select
    positions.worker_id,
    positions.component_id,
    positions.period_id,
    summed.tier_from,
    summed.tier_rate,
    summed.next_tier_from,
    summed.next_tier_rate,
    {{ dec('round(summed.missing_amount + cast(0.0049999999 as decimal(11, 10)), 2)', 2) }} as next_tier_credit_amount,
    case
        when positions.is_below_threshold and positions.reads_credit and positions.quota is not null
            then {{ dec(
                'round(' ~ dec('positions.quota', 2) ~ ' * positions.threshold_attainment - positions.credited_to_date'
                ~ ' + cast(0.0049999999 as decimal(11, 10)), 2)', 2) }}
    end as threshold_credit_amount,
    case
        when positions.pay_window = 'deal' then case when positions.credited_amount = 0 then 'no_credit' else 'by_deal' end
        when not positions.has_position and positions.component_source = 'objective' then 'objective_unknown'
        when not positions.has_position and positions.tier_basis = 'margin' then 'no_credit'
        when not positions.has_position then 'no_quota'
        when not positions.has_tiers then 'no_matrix_tier'
        when positions.is_below_threshold then 'below_threshold'
        when positions.modifier = 0 then 'modifier_zero'
        when positions.cap_amount is not null and positions.earned_to_date = positions.cap_amount then 'capped'
        when positions.cap_attainment is not null and positions.tier_basis = 'attainment' and positions.reads_credit
            and positions.credited_to_date > positions.capped_amount then 'capped'
        when positions.earned_to_date <> 0 then 'pays'
        when positions.reads_credit and positions.credited_to_date = 0 then 'no_credit'
        else 'below_first_tier'
    end as pay_state
from positions
left join summed
    on
        positions.worker_id = summed.worker_id
        and positions.component_id = summed.component_id
        and positions.period_id = summed.period_id
