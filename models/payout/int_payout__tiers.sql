-- The tiers of each component, from and to, with the next point for straight lines (calculation.md §6). Of a matrix those of
-- each band: the other component's reading between any two bounds of its tiers; elsewhere there is one band. A component
-- without tiers has one from 0 at rate 1.
{%- set lowest = 'cast(-9999999999 as ' ~ rate() ~ ')' %}
{%- set highest = 'cast(9999999999 as ' ~ rate() ~ ')' %}
with components as (
    select * from {{ ref('stg_rules__plan_components') }}
),

given_tiers as (
    select * from {{ ref('stg_rules__rate_tiers') }}
),

-- an empty cross_to ends where the next cross_from begins, like a tier's
cross_ranges as (
    select
        component_id,
        cross_from,
        lead(cross_from) over (partition by component_id order by cross_from) as next_cross_from
    from (
        select distinct
            component_id,
            cross_from
        from given_tiers
        where cross_from is not null
    ) as cross_starts
),

tiers as (
    select
        given_tiers.component_id,
        given_tiers.tier_from,
        given_tiers.tier_to,
        given_tiers.rate,
        coalesce(given_tiers.cross_from, {{ lowest }}) as cross_from,
        coalesce(given_tiers.cross_to, cross_ranges.next_cross_from, {{ highest }}) as cross_to
    from given_tiers
    left join cross_ranges
        on given_tiers.component_id = cross_ranges.component_id and given_tiers.cross_from = cross_ranges.cross_from
    union all
    select
        components.component_id,
        cast(0 as {{ rate() }}) as tier_from,
        cast(null as {{ rate() }}) as tier_to,
        cast(1 as {{ rate() }}) as rate,
        {{ lowest }} as cross_from,
        {{ highest }} as cross_to
    from components
    left join given_tiers on components.component_id = given_tiers.component_id
    where given_tiers.component_id is null
),

bounds as (
    select component_id, cross_from as bound from tiers
    union
    select component_id, cross_to as bound from tiers
),

bands as (
    select
        component_id,
        bound as band_from,
        lead(bound) over (partition by component_id order by bound) as band_to
    from bounds
),

placed as (
    select
        tiers.component_id,
        bands.band_from,
        bands.band_to,
        tiers.tier_from,
        tiers.tier_to,
        tiers.rate,
        components.tier_method,
        lead(tiers.tier_from) over (partition by tiers.component_id, bands.band_from order by tiers.tier_from) as next_from,
        lead(tiers.rate) over (partition by tiers.component_id, bands.band_from order by tiers.tier_from) as next_rate,
        row_number() over (partition by tiers.component_id, bands.band_from order by tiers.tier_from) as place
    from tiers
    inner join bands
        on
            tiers.component_id = bands.component_id
            and tiers.cross_from <= bands.band_from
            and tiers.cross_to > bands.band_from
    inner join components on tiers.component_id = components.component_id
)

select
    component_id,
    band_from,
    band_to,
    tier_from,
    case
        when tier_method = 'linear' and next_from is null then null  -- lines go on flat after the last point
        else least(coalesce(tier_to, next_from), coalesce(next_from, tier_to))
    end as tier_to,
    rate,
    next_from,
    next_rate,
    place
from placed
