-- Rules with their defaults and with what each belongs to (context), as the checks of plan_rules.py look at them.
-- Made in an in-memory DuckDB that has one table a rule entity (columns of the contract and _row_number) and settled_payouts.

create macro several(list_text) as list_transform(string_split(list_text, '|'), part -> trim(part));

create view all_plans as
select *, 'plan ' || plan_id as context from plans;

create view components as
select
    * replace (
        coalesce(component_source, 'credit') as component_source,
        coalesce(payout_basis, 'credit') as payout_basis,
        coalesce("window", 'month') as "window",
        coalesce(tier_basis, 'attainment') as tier_basis,
        coalesce(tier_method, 'marginal') as tier_method
    ),
    'plan ' || plan_id || ', component ' || component_id as context
from plan_components;

create view named_components as
select named.*, others.plan_id as other_plan_id, own.plan_id, own.context
from (
    select 'plan_components' as file, _row_number, component_id, cross_component_id as other_id from plan_components
    union all
    select 'component_modifiers', _row_number, component_id, by_component_id from component_modifiers
) as named
left join components as own using (component_id)
left join components as others on named.other_id = others.component_id
where named.other_id is not null;

create view tiers as
select
    tiers._row_number, tiers.component_id, tiers.tier_from, tiers.tier_to, tiers.cross_from, tiers.cross_to,
    coalesce(tiers.cross_from, -9999999999) as cross_start, coalesce(tiers.cross_to, 9999999999) as cross_end,
    own.cross_component_id, coalesce(own.context, 'component ' || tiers.component_id) as context
from rate_tiers as tiers
left join components as own using (component_id);

create view tier_pairs as
select
    later._row_number, later.tier_from, later.cross_from, later.context, earlier.tier_from as earlier_from,
    earlier.tier_to as earlier_to, earlier._row_number as earlier_row,
    earlier.tier_from = later.tier_from as is_same_start,
    earlier.tier_to > later.tier_from as is_overlap
from tiers as earlier
inner join tiers as later
    on earlier.component_id = later.component_id and earlier._row_number <> later._row_number
    and earlier.cross_start < later.cross_end and later.cross_start < earlier.cross_end
    and (earlier.tier_from < later.tier_from
        or earlier.tier_from = later.tier_from and earlier._row_number < later._row_number
        and earlier.cross_from is distinct from later.cross_from);

create view modifiers as
select
    modifiers.* replace (coalesce(modifiers.method, 'step') as method),
    first_value(coalesce(modifiers.method, 'step')) over rising as first_method,
    lag(modifiers.tier_to) over rising as previous_to,
    coalesce(own.context, 'component ' || modifiers.component_id) as context
from component_modifiers as modifiers
left join components as own using (component_id)
window rising as (
    partition by modifiers.component_id, modifiers.by_component_id order by modifiers.tier_from, modifiers._row_number);

create view releases as
select
    schedules.*, own.release_event, coalesce(own.context, 'component ' || schedules.component_id) as context,
    min(schedules._row_number) over (partition by schedules.component_id) as first_row,
    sum(schedules.share) over (partition by schedules.component_id) as total
from release_schedules as schedules
left join components as own using (component_id);

create view reversals as
select
    * replace (coalesce(share, 1) as share), 'measure ' || measure_id as context,
    lag(from_days) over by_age as previous_from, lag(to_days) over by_age as previous_to
from reversal_schedules
window by_age as (partition by measure_id order by from_days, _row_number);

create view seasons as
select
    *, 'measure ' || measure_id as context,
    min(_row_number) over (partition by measure_id) as first_row,
    sum(share) over (partition by measure_id) as total
from quota_seasonality;

create view ramps as
select *, 'plan ' || plan_id as context from ramp_schedules;

create view named_measures as
select *, 'measure ' || measure_id as context from measures;

create view measure_words as
select _row_number, context, 'event_types' as column_name, unnest(several(event_types)) as word from named_measures
union all
select _row_number, context, 'opportunity_type', unnest(several(opportunity_type)) from named_measures;

create view crediting as
select
    *, 'measure ' || measure_id || ', credit rule ' || credit_rule_id as context,
    count(*) filter (credit_source <> 'manager') over (partition by measure_id) as rules_of_people
from credit_rules;

create view above_territory as
with recursive above as (
    select territory_id, parent_territory_id as ancestor_id from territories where parent_territory_id is not null
    union
    select above.territory_id, parents.parent_territory_id
    from above
    inner join territories as parents on above.ancestor_id = parents.territory_id
    where parents.parent_territory_id is not null
)
select territories._row_number, territories.parent_territory_id, 'territory ' || territory_id as context
from above
inner join territories using (territory_id)
where above.ancestor_id = territory_id;

create view before_plan as
with recursive before as (
    select plan_id, continues_plan_id as earlier_id from plans where continues_plan_id is not null
    union
    select before.plan_id, earlier.continues_plan_id
    from before
    inner join plans as earlier on before.earlier_id = earlier.plan_id
    where earlier.continues_plan_id is not null
)
select plans._row_number, plans.continues_plan_id, 'plan ' || plan_id as context
from before
inner join plans using (plan_id)
where before.earlier_id = plan_id;

create view rates as
select *, period || ', ' || from_currency || ' to ' || to_currency as context from fx_rates;

create view months as
select
    *, period as context, lag(ends_on) over by_start as previous_ends_on, lag(period) over by_start as previous_period,
    lag(month_number) over by_start as previous_number
from (
    select
        *, cast(substr(period, 3, 4) as integer) * 12 + cast(right(period, 2) as integer) as month_number,
        left(period, 6) || '-Q' || cast((cast(right(period, 2) as integer) + 2) // 3 as text) as quarter_id
    from fiscal_calendar
    where period like '%-M%'
)
window by_start as (order by starts_on, period);

create view quarters as
select
    quarter_id as context, min(_row_number) as _row_number, count(distinct period) as month_count, min(period) as period
from months
group by quarter_id;

create view dropped_components as
select distinct null as _row_number, settled.component_id, 'component ' || settled.component_id as context
from settled_payouts as settled
left join plan_components as kept using (component_id)
where settled.component_id is not null and kept.component_id is null;
