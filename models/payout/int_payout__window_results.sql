-- What the tiers make of each position: the result base × F before modifier and cap, exact to 18 digits, and F itself
-- (calculation.md §6). Windows of a month, quarter or year; deals are in int_payout__deal_results.
with positions as (
    select * from {{ ref('int_payout__positions') }}
    where pay_window <> 'deal'
),

steps as (
    select * from {{ ref('int_payout__tier_steps') }}
),

reached as (
    select * from {{ ref('int_payout__reached_results') }}
),

incentives as (
    select * from {{ ref('int_payout__incentives') }}
),

on_credit as (
    select
        positions.worker_id,
        positions.component_id,
        positions.period_id,
        steps.tier_from,
        case
            when steps.component_id is null then {{ dec('0', 18) }}
            else {{ tier_amount('positions.tier_method', 'steps', 'positions.capped_amount', 'positions.unit_amount') }}
        end as result
    from positions
    left join steps
        on
            positions.component_id = steps.component_id
            and positions.band_from = steps.band_from
            and {{ in_tier_step('steps', 'positions.capped_amount', 'positions.unit_amount') }}
    where positions.is_paid_on_credit
),

on_ratio as (
    select
        positions.worker_id,
        positions.component_id,
        positions.period_id,
        case when positions.position_ratio >= 0 then steps.tier_from end as tier_from,
        case
            when steps.component_id is null then {{ dec('0', 18) }}
            when positions.tier_method in ('step', 'linear')
                then {{ tier_rate('positions.tier_method', 'steps', 'positions.position_ratio') }}
            else {{ tier_amount('positions.tier_method', 'steps', 'positions.position_ratio', '1') }}
        end as factor
    from positions
    left join steps
        on
            positions.component_id = steps.component_id
            and positions.band_from = steps.band_from
            and {{ in_tier_step('steps', 'positions.position_ratio', '1') }}
    where not positions.is_paid_on_credit
)

select
    positions.worker_id,
    positions.component_id,
    positions.period_id,
    on_credit.tier_from,
    case
        when positions.tier_basis = 'attainment' then {{ dec('positions.delivered_quota', 18) }}
        else {{ dec('1', 18) }}
    end as base_amount,
    coalesce(reached.result, on_credit.result) as result,
    case
        when positions.tier_basis = 'amount' then coalesce(reached.result, on_credit.result)
        else {{ div_round('round(coalesce(reached.result, on_credit.result), 12)', 'positions.quota', 8, 12, 2) }}
    end as tier_result
from positions
inner join on_credit
    on
        positions.worker_id = on_credit.worker_id
        and positions.component_id = on_credit.component_id
        and positions.period_id = on_credit.period_id
left join reached
    on
        positions.worker_id = reached.worker_id
        and positions.component_id = reached.component_id
        and positions.period_id = reached.period_id
union all
select
    positions.worker_id,
    positions.component_id,
    positions.period_id,
    on_ratio.tier_from,
    case positions.payout_basis
        when 'target_incentive' then coalesce(incentives.incentive_amount, {{ dec('0', 18) }})
        when 'credit' then {{ dec('positions.capped_amount', 18) }}
        else {{ dec('1', 18) }}
    end as base_amount,
    case positions.payout_basis
        when 'flat' then coalesce(reached.factor, on_ratio.factor)
        when 'target_incentive' then {{ payout_times(
            'coalesce(incentives.incentive_amount, ' ~ dec('0', 18) ~ ')', 'coalesce(reached.factor, on_ratio.factor)'
        ) }}
        else {{ payout_times(dec('positions.capped_amount', 18), 'on_ratio.factor') }}
    end as result,
    coalesce(reached.factor, on_ratio.factor) as tier_result
from positions
inner join on_ratio
    on
        positions.worker_id = on_ratio.worker_id
        and positions.component_id = on_ratio.component_id
        and positions.period_id = on_ratio.period_id
left join incentives
    on
        positions.worker_id = incentives.worker_id
        and positions.component_id = incentives.component_id
        and positions.period_id = incentives.period_id
left join reached
    on
        positions.worker_id = reached.worker_id
        and positions.component_id = reached.component_id
        and positions.period_id = reached.period_id
