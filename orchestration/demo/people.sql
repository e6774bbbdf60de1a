-- The demo company's people: who sells, in which team, since when, under whom. Numbers come from `bits`, so nothing here
-- depends on row order or threads. Shares and sizes are integers or short polynomials: no libm, so the same on any machine.

create macro bits(stream, n) as md5_number_lower(getvariable('seed') || ':' || stream || ':' || n);
-- The k-th quarter of the bits (0 to 3) as a number in [0, 1).
create macro portion(value, k) as ((value >> (16 * k)) & 65535) / 65536.0::double;
create macro pow8(x) as (x * x) * (x * x) * ((x * x) * (x * x));
create macro worker_key(no) as 'w' || lpad(no::varchar, 5, '0');
create macro user_key(no) as 'u' || lpad(no::varchar, 5, '0');

-- Eight regions, dealt to the teams in turn. EUR regions sell and are paid in euros.
create table regions as
select * from (values
    (1, 'US West', 'USD', 'US'), (2, 'DACH', 'EUR', 'DE'), (3, 'US East', 'USD', 'US'), (4, 'US Central', 'USD', 'US'),
    (5, 'Western Europe', 'EUR', 'FR'), (6, 'US Southeast', 'USD', 'US'), (7, 'US Mountain', 'USD', 'US'),
    (8, 'Southern Europe', 'EUR', 'ES')
) as listed (region_no, region_name, currency, country);

create table months as
select
    row_number() over (order by starts_on)::integer as month_no,
    starts_on::date as starts_on,
    (starts_on + interval 1 month)::date as ends_on,
    year(starts_on)::integer as year_no,
    month(starts_on)::integer as month_of_year,
    -- What of a year is sold in each month: as in seeds/quota_seasonality.csv.
    [0.06, 0.07, 0.10, 0.065, 0.075, 0.10, 0.06, 0.07, 0.10, 0.08, 0.09, 0.13][month(starts_on)]::decimal(4, 3) as season
from generate_series(date '2025-01-01', date '2026-12-01', interval 1 month) as series (starts_on);

create table shape as
with leaders as (
    select
        getvariable('workers')::integer as workers,
        case when getvariable('workers') < 40 then 1 else 2 end as vps,
        greatest(getvariable('workers') // 30, case when getvariable('workers') < 40 then 1 else 2 end)::integer as directors,
        greatest(getvariable('workers') // 9, 2)::integer as managers
)
select *, workers - vps - directors - managers as reps from leaders;

create table teams as
with placed as (
    select
        team::integer as team,
        regions.*,
        (regions.currency = 'EUR')::integer as is_euro,
        row_number() over (partition by regions.currency order by team) as place
    from range(1, (select managers + 1 from shape)) as numbers (team)
    inner join regions on regions.region_no = (team - 1) % 8 + 1
),
-- Directors lead teams of one currency; the euro teams have three eighths of them, and the second VP.
split as (
    select directors, vps, case when directors = 1 then 0 else greatest(directors * 3 // 8, 1) end as euro_directors from shape
)
select
    placed.*,
    case
        when split.euro_directors = 0 then 1
        when is_euro = 1 then (place - 1) % euro_directors + 1
        else euro_directors + (place - 1) % (directors - euro_directors) + 1
    end::integer as director,
    -- In every fifth team the manager left at the end of 2025, and the team's first account executive took over.
    team % 5 = 2 as has_successor
from placed cross join split;

create table people as
with numbered as (
    select
        no::integer as no,
        vps,
        directors,
        managers,
        bits('person', no) as dice,
        bits('dates', no) as date_dice
    from range(1, (select workers + 1 from shape)) as numbers (no) cross join shape
),
ranked as (
    select
        *,
        case
            when no <= vps then 'vp'
            when no <= vps + directors then 'director'
            when no <= vps + directors + managers then 'manager'
        end as leader_role,
        no - vps - directors as manager_place,
        (no - vps - directors - managers - 1) % managers + 1 as rep_team,
        (no - vps - directors - managers - 1) // managers as rep_place
    from numbered
),
roles as (
    select
        *,
        coalesce(
            leader_role,
            ['ae', 'smb_rep', 'renewal_manager', 'specialist', 'ae', 'smb_rep', 'ae', 'ae'][rep_place % 8 + 1]
        ) as first_role,
        case when leader_role = 'manager' then manager_place when leader_role is null then rep_team end as first_team
    from ranked
),
located as (
    select
        roles.*,
        coalesce(teams.currency, case when no = 2 and first_role = 'vp' then 'EUR' else 'USD' end) as currency,
        coalesce(teams.country, case when no = 2 and first_role = 'vp' then 'DE' else 'US' end) as country,
        coalesce(teams.has_successor, false) as team_changes,
        first_role not in ('vp', 'director', 'manager') and rep_place = 0 and coalesce(teams.has_successor, false) as is_successor
    from roles
    left join teams on roles.first_team = teams.team
),
hired as (
    select
        *,
        case
            when is_successor then date '2022-03-01'
            when leader_role is not null then date '2016-01-11' + (portion(date_dice, 0) * 2500)::integer
            when portion(dice, 0) < 0.72 then date '2024-12-16' - (portion(date_dice, 0) * 2400)::integer
            else date '2025-01-13' + (portion(date_dice, 0) * 560)::integer
        end as hire_date
    from located
)
select
    no,
    worker_key(no) as worker_id,
    user_key(no) as user_id,
    [
        'Amara', 'Jonas', 'Priya', 'Mateo', 'Ingrid', 'Kenji', 'Leila', 'Tomás', 'Freya', 'Omar', 'Chloé', 'Viktor', 'Nadia',
        'Samuel', 'Yara', 'Henrik', 'Lucía', 'Desmond', 'Mirela', 'Arjun', 'Greta', 'Paolo', 'Zuri', 'Emil', 'Noor', 'Callum',
        'Renata', 'Felix', 'Imani', 'Soren', 'Beatriz', 'Marek', 'Talia', 'Ravi', 'Elin', 'Bruno', 'Anouk'
    ][(no * 11 + (portion(dice, 1) * 37)::integer) % 37 + 1] as first_name,
    [
        'Okoro', 'Lindqvist', 'Raman', 'Castellan', 'Brandt', 'Moriyama', 'Haddad', 'Novak', 'Fairburn', 'Delacroix', 'Petrov',
        'Whitlock', 'Sandoval', 'Iversen', 'Kowalczyk', 'Mbeki', 'Ferrante', 'Ashdown', 'Vesely', 'Quintero', 'Halloran',
        'Weissmann', 'Tanaka', 'Oyelaran', 'Bergström', 'Marchetti', 'Dunmore', 'Serrano', 'Eklund', 'Varga', 'Pemberton',
        'Costa', 'Nilsen', 'Achterberg', 'Rosales', 'Thornbury', 'Keller', 'Abara', 'Lacroix', 'Winterbourne', 'Sokolov'
    ][(no * 17 + (portion(dice, 2) * 41)::integer) % 41 + 1] as last_name,
    first_role,
    first_team,
    rep_place,
    is_successor,
    leader_role,
    currency,
    country,
    hire_date,
    case
        when leader_role = 'manager' and team_changes then date '2026-01-01'
        -- The last one of all carries the planted bad rows, and stays.
        when is_successor or leader_role is not null or no = getvariable('workers') then null
        when portion(dice, 3) < 0.16 and hire_date < date '2025-07-01'
            then date '2025-06-01' + (portion(date_dice, 1) * 480)::integer
    end as termination_date,
    portion(date_dice, 2) as change_dice,
    [date '2025-07-01', date '2026-01-01', date '2026-04-16'][(portion(date_dice, 3) * 3)::integer % 3 + 1] as change_date
from hired;

-- A stint: an unbroken time in one role and team. At most two each: promoted, moved to another team, or neither.
create table stints as
with next_team as (
    select team, coalesce(lead(team) over same_currency, first_value(team) over same_currency) as other_team
    from teams
    window same_currency as (partition by currency order by team)
),
changes as (
    select
        people.*,
        case
            when people.is_successor then 'manager'
            when people.leader_role is null and people.no < getvariable('workers')
                and people.hire_date + 45 < people.change_date
                and (people.termination_date is null or people.change_date + 45 < people.termination_date)
                then
                    case
                        when people.first_role = 'smb_rep' and people.change_dice < 0.2 then 'ae'
                        when people.first_role <> 'specialist' and people.change_dice >= 0.2 and people.change_dice < 0.27
                            and next_team.other_team <> people.first_team then people.first_role
                    end
        end as second_role,
        case
            when people.is_successor or people.change_dice < 0.2 then people.first_team
            else next_team.other_team
        end as second_team,
        case when people.is_successor then date '2026-01-01' else people.change_date end as second_from
    from people
    left join next_team on people.first_team = next_team.team
)
select
    no, worker_id, user_id, currency, first_role as role, first_team as team, hire_date as starts_on,
    case when second_role is not null then second_from else termination_date end as ends_on, 1 as stint
from changes
union all
select no, worker_id, user_id, currency, second_role, second_team, second_from, termination_date, 2
from changes
where second_role is not null;

create table team_managers as
select team, worker_id as manager_worker_id, starts_on, ends_on from stints where role = 'manager';

-- The reporting line over time: a stint meets its team's managers; managers meet directors, directors a VP.
create table reporting as
with lines as (
    select stints.*, team_managers.manager_worker_id,
        greatest(stints.starts_on, case when team_managers.starts_on <= date '2024-12-31' then date '1900-01-01' else team_managers.starts_on end) as line_from,
        least(coalesce(stints.ends_on, date '9999-12-31'), coalesce(team_managers.ends_on, date '9999-12-31')) as line_to
    from stints
    inner join team_managers on stints.team = team_managers.team
    where stints.role not in ('vp', 'director', 'manager')
    union all
    select stints.*, worker_key((select vps from shape) + teams.director), stints.starts_on, coalesce(stints.ends_on, date '9999-12-31')
    from stints
    inner join teams on stints.team = teams.team
    where stints.role = 'manager'
    union all
    select
        stints.*,
        worker_key(case
            when shape.vps = 1 then 1
            when exists (select 1 from teams where teams.director = stints.no - shape.vps and teams.is_euro = 1) then 2
            else 1
        end),
        stints.starts_on,
        coalesce(stints.ends_on, date '9999-12-31')
    from stints cross join shape
    where stints.role = 'director'
    union all
    select stints.*, null, stints.starts_on, coalesce(stints.ends_on, date '9999-12-31') from stints where role = 'vp'
)
select * replace (case when line_to = date '9999-12-31' then null else line_to end as line_to)
from lines
where line_from < line_to;

create table leaves as
select
    no,
    worker_id,
    leave_from,
    leave_from + (case when is_paid then 60 + (portion(dice, 1) * 70)::integer else 25 + (portion(dice, 1) * 40)::integer end) as leave_to,
    case when is_paid then 'parental' else 'sabbatical' end as leave_type,
    is_paid
from (
    select
        people.no, people.worker_id, bits('leave', people.no) as dice,
        date '2025-02-01' + (portion(bits('leave', people.no), 2) * 520)::integer as leave_from,
        portion(bits('leave', people.no), 0) < 0.06 as is_paid,
        people.hire_date, people.termination_date, people.leader_role
    from people
)
where portion(dice, 0) < 0.10 and leader_role is null and no < getvariable('workers')
    and leave_from > hire_date + 60 and (termination_date is null or leave_from + 140 < termination_date);

-- Whoever sells, month by month: employed, in one role and team, and not away, from the first to the last day of it.
-- budget: what a seller of the role sells in the month if all goes as planned, in the seller's currency.
create table seller_months as
with roles as (
    select * from (values
        -- role, annual quota in USD, how many deals of ten
        ('ae', 900000, 2), ('smb_rep', 420000, 3), ('renewal_manager', 1800000, 2), ('specialist', 800000, 1)
    ) as listed (role, annual_quota, slots)
),
present as (
    select
        months.*,
        stints.worker_id, stints.user_id, stints.no, stints.role, stints.team, stints.currency, roles.slots,
        (roles.annual_quota * case when stints.currency = 'EUR' then 0.9 else 1 end)::decimal(18, 2) as annual_quota,
        teams.region_no,
        (months.year_no - year(people.hire_date)) * 12 + months.month_of_year - month(people.hire_date) + 1 as tenure_month
    from months
    inner join stints
        on stints.starts_on <= months.starts_on and (stints.ends_on is null or stints.ends_on >= months.ends_on)
    inner join people on stints.no = people.no
    inner join roles on stints.role = roles.role
    inner join teams on stints.team = teams.team
    where not exists (
        select 1 from leaves
        where leaves.no = stints.no and leaves.leave_from < months.ends_on and leaves.leave_to > months.starts_on
    )
)
select
    *,
    (
        annual_quota::double
        * case when role = 'renewal_manager' then 1 / 12.0 else season::double end
        * case when role in ('ae', 'smb_rep') then coalesce([0.3, 0.55, 0.8][tenure_month], 1) else 1 end
        -- More than the quota asks for: some of it is cancelled, of another kind, or sold together with others.
        * case role when 'ae' then 1.13 when 'smb_rep' then 1.08 else 1 end
        -- How good a year, and how lucky a quarter: 0.5 to 2 times the plan, half of them below 1.
        * (0.63 + 0.78 * portion(skill, 0) + 0.35 * pow8(portion(skill, 0)))
        * (0.85 + 0.3 * portion(luck, 0))
    )::decimal(18, 2) as budget
from (
    select
        *,
        bits('skill', no * 10000 + year_no) as skill,
        bits('luck', no * 100000 + year_no * 10 + (month_of_year - 1) // 3) as luck
    from present
);
