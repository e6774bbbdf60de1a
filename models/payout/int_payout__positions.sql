-- Where each component stands in its window at the end of each month, and with which tiers and modifier it is read
-- (calculation.md §6). What pays credit on attainment or amount keeps its position as an amount, in units of the quota or of
-- 1, and is never divided; everything else has the ratio itself, in units of 1.
with measured as (
    select * from {{ ref('int_payout__standings') }}
),

readings as (
    select * from {{ ref('int_payout__readings') }}
),

modifiers as (
    select * from {{ ref('int_payout__modifiers') }}
),

bands as (
    select distinct
        component_id,
        band_from,
        band_to
    from {{ ref('int_payout__tier_steps') }}
),

capped as (
    select
        measured.*,
        case
            when {{ dec('measured.quota', 2) }} * measured.cap_attainment < measured.credited_to_date
                then {{ dec(dec('measured.quota', 2) ~ ' * measured.cap_attainment', 10) }}
            else {{ dec('measured.credited_to_date', 10) }}
        end as capped_amount,
        coalesce(modifiers.modifier, {{ dec('1', 18) }}) as modifier,
        readings.reading,
        coalesce(cross_readings.reading, {{ dec('0', 18) }}) as cross_reading
    from measured
    left join modifiers
        on
            measured.worker_id = modifiers.worker_id
            and measured.component_id = modifiers.component_id
            and measured.period_id = modifiers.period_id
    left join readings
        on
            measured.worker_id = readings.worker_id
            and measured.component_id = readings.component_id
            and measured.period_id = readings.period_id
    left join readings as cross_readings
        on
            measured.worker_id = cross_readings.worker_id
            and measured.cross_component_id = cross_readings.component_id
            and measured.period_id = cross_readings.period_id
)

select
    row_number() over (order by capped.worker_id, capped.component_id, capped.period_id) as position_number,
    dense_rank() over (order by capped.worker_id, capped.component_id, capped.window_id) as window_number,
    capped.worker_id,
    capped.component_id,
    capped.plan_id,
    capped.period_id,
    capped.window_id,
    capped.month_index,
    capped.currency,
    capped.pay_window,
    capped.payout_basis,
    capped.tier_basis,
    capped.tier_method,
    capped.quota_basis,
    capped.cap_amount,
    capped.credited_amount,
    capped.credited_to_date,
    capped.quota,
    capped.delivered_quota,
    capped.payout_basis = 'credit' and capped.tier_basis <> 'margin' as is_paid_on_credit,
    capped.capped_amount,
    case when capped.tier_basis = 'attainment' then {{ dec('capped.quota', 2) }} else {{ dec('1', 2) }} end as unit_amount,
    case capped.tier_basis
        when 'amount' then {{ dec('capped.capped_amount', 18) }}
        when 'margin' then capped.reading
        else case when capped.cap_attainment < capped.reading then {{ dec('capped.cap_attainment', 18) }} else capped.reading end
    end as position_ratio,
    case when capped.cap_attainment < capped.attainment then capped.cap_attainment else capped.attainment end as shown_attainment,
    case
        when capped.threshold_attainment is null then false
        when capped.component_source = 'objective' then coalesce(capped.objective_score < capped.threshold_attainment, true)
        else coalesce(capped.credited_to_date < {{ dec('capped.quota', 2) }} * capped.threshold_attainment, true)
    end as is_below_threshold,
    capped.modifier,
    bands.band_from,
    case when capped.cap_attainment is not null then {{ dec(dec('capped.quota', 2) ~ ' * capped.cap_attainment', 10) }} end
        as cap_credit_amount,
    -- what needs an attainment and has none, or lies in no band of its matrix, has no tier to read
    bands.band_from is not null as has_tiers,
    (capped.tier_basis <> 'margin' or capped.reading is not null)
    and (
        (capped.tier_basis <> 'attainment' and capped.threshold_attainment is null and capped.cap_attainment is null)
        or (capped.component_source = 'objective' and capped.objective_score is not null)
        or (capped.component_source <> 'objective' and capped.quota is not null)
    ) as has_position,
    capped.cross_component_id,
    capped.cross_reading
from capped
left join bands
    on
        capped.component_id = bands.component_id
        and (
            capped.cross_component_id is null
            or (capped.cross_reading >= bands.band_from and capped.cross_reading < bands.band_to)
        )
