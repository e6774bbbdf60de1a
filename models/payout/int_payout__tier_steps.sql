-- The tiers of each component and band as steps that cover the whole line: also what lies below the first tier, between tiers
-- and above the last, at rate 0, so that exactly one step holds any position (calculation.md §6).
with tiers as (
    select * from {{ ref('int_payout__tiers') }}
),

firsts as (
    select
        component_id,
        band_from,
        tier_from as first_from,
        tier_to as first_to,
        rate as first_rate
    from tiers
    where place = 1
),

steps as (
    select
        component_id, band_from, band_to, tier_from, rate, next_from, next_rate, tier_to as step_to,
        case when place > 1 or tier_from > 0 then tier_from end as step_from
    from tiers
    union all
    select
        component_id, band_from, band_to, null as tier_from, 0 as rate, null as next_from, null as next_rate,
        next_from as step_to, tier_to as step_from
    from tiers
    where tier_to < next_from or (tier_to is not null and next_from is null)
    union all
    select
        component_id, band_from, band_to, null as tier_from, 0 as rate, null as next_from, null as next_rate,
        tier_from as step_to, null as step_from
    from tiers
    where place = 1 and tier_from > 0
),

started as (
    select
        steps.*,
        firsts.first_from,
        firsts.first_to,
        firsts.first_rate,
        greatest(coalesce(steps.step_from, 0), 0) as paid_from
    from steps
    inner join firsts on steps.component_id = firsts.component_id and steps.band_from = firsts.band_from
)

select
    component_id,
    band_from,
    band_to,
    row_number() over (partition by component_id, band_from order by step_from nulls first) as step_number,
    step_from,
    step_to,
    tier_from,
    cast(rate as {{ rate() }}) as rate,
    next_from,
    next_rate,
    cast(paid_from as {{ rate() }}) as paid_from,
    -- F at paid_from: what the steps below pay in full
    {{ dec(
        'coalesce(sum(' ~ dec('rate', 8) ~ ' * greatest(step_to - paid_from, 0)) over ('
        ~ 'partition by component_id, band_from order by step_from nulls first rows between unbounded preceding and 1 preceding), 0)',
        16
    ) }} as paid_below,
    first_to,
    {{ dec(dec('first_rate', 8) ~ ' * greatest(first_to - greatest(first_from, 0), 0)', 16) }} as first_paid,
    coalesce(step_from >= first_to, false) as is_above_first,
    case when first_from <= 0 then first_rate else cast(0 as {{ rate() }}) end as taken_back_rate
from started
