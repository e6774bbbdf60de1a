-- What HR and planning deliver: people, pay, plans, quotas, objectives, draws and adjustments, as the input contract has them.

create macro infinite() as date '9999-12-31';
create macro open_ended(day) as case when day = date '9999-12-31' then null else day end;

create table years as
select 2025 as year_no, date '1900-01-01' as starts_on, date '2026-01-01' as ends_on
union all
select 2026, date '2026-01-01', infinite();

create table workers as
select
    worker_id,
    first_name || ' ' || last_name as worker_name,
    strip_accents(lower(first_name)) || '.' || strip_accents(lower(last_name)) || no || '@demo.example' as email,
    hire_date,
    termination_date,
    country,
    currency as payroll_currency
from people;

-- Three of ten logins carry no worker id; the address ties them to the worker, whatever its case.
create table crm_users as
select
    user_id,
    case when no % 10 < 7 then people.worker_id end as worker_id,
    case when no % 10 < 7 then lower(workers.email) else upper(workers.email) end as email,
    workers.worker_name as user_name
from people inner join workers on people.worker_id = workers.worker_id
union all
select 'u-import', null, 'import@demo.example', 'Order import';

create table worker_jobs as
select
    worker_id,
    line_from as valid_from,
    line_to as valid_to,
    case role
        when 'vp' then 'Vice President Sales' when 'director' then 'Sales Director' when 'manager' then 'Sales Manager'
        when 'ae' then 'Account Executive' when 'smb_rep' then 'Inside Sales Representative'
        when 'specialist' then 'Product Specialist' else 'Renewal Manager'
    end as job_title,
    role as sales_role,
    manager_worker_id,
    case when no % 17 = 0 and role = 'renewal_manager' then 0.8 else 1 end::decimal(12, 9) as fte
from reporting;

create table worker_compensation as
with pay as (
    select * from (values
        ('vp', 260000, 180000), ('director', 190000, 110000), ('manager', 140000, 80000), ('ae', 95000, 85000),
        ('smb_rep', 58000, 28000), ('specialist', 105000, 45000), ('renewal_manager', 72000, 32000)
    ) as listed (role, base_salary, target_incentive)
),
terms as (
    select
        stints.worker_id, stints.no, stints.currency, pay.base_salary, pay.target_incentive, years.year_no,
        greatest(stints.starts_on, years.starts_on)::date as valid_from,
        least(coalesce(stints.ends_on, infinite()), years.ends_on)::date as valid_to,
        (case when stints.currency = 'EUR' then 0.9 else 1 end) * (case when years.year_no = 2026 then 1.03 else 1 end) as factor
    from stints
    inner join pay on stints.role = pay.role
    cross join years
)
select
    worker_id,
    valid_from,
    open_ended(valid_to) as valid_to,
    (round(base_salary * factor * (90 + no * 7 % 21) / 100 / 100) * 100)::decimal(18, 2) as base_salary,
    (round(target_incentive * factor / 500) * 500)::decimal(18, 2) as target_incentive,
    currency
from terms
where valid_from < valid_to;

create table worker_leaves as
select worker_id, leave_from, leave_to, leave_type, is_paid from leaves;

create table assigned as
select
    stints.*, years.year_no,
    case
        when stints.role in ('vp', 'director') then 'leadership' when stints.role = 'manager' then 'manager'
        when stints.role = 'ae' and stints.currency = 'EUR' then 'ae-eu' when stints.role = 'ae' then 'ae'
        when stints.role = 'smb_rep' then 'smb' when stints.role = 'specialist' then 'specialist' else 'renewal'
    end || '-' || years.year_no as plan_id,
    greatest(stints.starts_on, years.starts_on, date '2025-01-01')::date as valid_from,
    least(coalesce(stints.ends_on, infinite()), years.ends_on)::date as valid_to
from stints cross join years
where greatest(stints.starts_on, years.starts_on, date '2025-01-01') < least(coalesce(stints.ends_on, infinite()), years.ends_on);

create table plan_assignments as
select
    worker_id,
    plan_id,
    valid_from,
    open_ended(valid_to) as valid_to,
    case when role = 'specialist' then 45000 + 500 * (no % 9) end::decimal(18, 2) as target_incentive
from assigned;

create table quarters as
select
    year_no,
    (month_of_year + 2) // 3 as quarter_no,
    min(starts_on) as starts_on,
    max(ends_on) as ends_on,
    sum(season)::decimal(6, 3) as season
from months
group by year_no, quarter_no;

-- Who holds a seat in the middle of the quarter decides a team's quota.
create table team_quarters as
select
    quarters.year_no, quarters.quarter_no, stints.team,
    sum(case when stints.role = 'ae' then 900000 when stints.role = 'smb_rep' then 420000 else 0 end * quarters.season) as quota
from quarters
inner join stints
    on stints.starts_on <= quarters.starts_on + 45 and coalesce(stints.ends_on, infinite()) > quarters.starts_on + 45
where stints.team is not null
group by quarters.year_no, quarters.quarter_no, stints.team;

create table quotas as
with leaders as (
    select distinct assigned.no, assigned.worker_id, assigned.role, assigned.year_no from assigned where role in ('director', 'vp')
),
led_teams as (
    select leaders.*, teams.team
    from leaders
    inner join shape on true
    inner join teams
        on leaders.role = 'director' and teams.director = leaders.no - shape.vps
        or leaders.role = 'vp' and (shape.vps = 1 or teams.is_euro = case when leaders.no = 2 then 1 else 0 end)
)
-- A year for account executives.
select
    worker_id,
    'new_arr' as measure_id,
    'FY' || year_no as period,
    (round(case when currency = 'EUR' then 810 else 900 end * (92 + bits('quota', no * 10000 + year_no) % 17)::integer / 100.0) * 1000)::decimal(18, 2) as quota_amount
from (select distinct no, worker_id, currency, year_no from assigned where role = 'ae')
union all
-- Each month for inside sales.
select distinct
    assigned.worker_id, 'new_arr', 'FY' || months.year_no || '-M' || lpad(months.month_of_year::varchar, 2, '0'),
    (round(840 * months.season) * 500)::decimal(18, 2)
from assigned
inner join months on assigned.valid_from < months.ends_on and assigned.valid_to > months.starts_on
where assigned.role = 'smb_rep'
union all
-- Quarters for renewals, specialists and managers.
select distinct
    assigned.worker_id,
    case when assigned.role = 'renewal_manager' then 'renewals' else 'new_arr' end,
    'FY' || quarters.year_no || '-Q' || quarters.quarter_no,
    case when assigned.role = 'renewal_manager' and assigned.currency = 'EUR' then 445000
        when assigned.role = 'renewal_manager' then 450000 else round(800 * quarters.season) * 1000 end::decimal(18, 2)
from assigned
inner join quarters on assigned.valid_from < quarters.ends_on and assigned.valid_to > quarters.starts_on
where assigned.role in ('renewal_manager', 'specialist')
union all
select distinct
    assigned.worker_id, 'new_arr', 'FY' || team_quarters.year_no || '-Q' || team_quarters.quarter_no,
    (round(team_quarters.quota * 1.18 / 1000) * 1000)::decimal(18, 2)
from assigned
inner join quarters on assigned.valid_from < quarters.ends_on and assigned.valid_to > quarters.starts_on
inner join team_quarters
    on assigned.team = team_quarters.team and quarters.year_no = team_quarters.year_no and quarters.quarter_no = team_quarters.quarter_no
where assigned.role = 'manager'
union all
-- A year for directors and vice presidents. They are credited for what a specialist or a colleague of another team sells along.
select
    led_teams.worker_id, 'new_arr', 'FY' || led_teams.year_no,
    (round(sum(team_quarters.quota) * case when led_teams.role = 'vp' then 1.24 else 1.22 end / 1000) * 1000)::decimal(18, 2)
from led_teams
inner join team_quarters on led_teams.team = team_quarters.team and led_teams.year_no = team_quarters.year_no
group by led_teams.worker_id, led_teams.role, led_teams.year_no;

create table objectives as
with holders as (
    select distinct assigned.no, assigned.worker_id, assigned.role, quarters.year_no, quarters.quarter_no, quarters.ends_on
    from assigned
    inner join quarters on assigned.valid_from < quarters.ends_on and assigned.valid_to > quarters.starts_on
    where assigned.role in ('specialist', 'director', 'vp') and quarters.starts_on <= getvariable('as_of')
),
goals as (
    select * from (values
        (1, 'Reference customers won', 0.5, 4), (2, 'Certifications passed', 0.3, 2), (3, 'Forecast within five percent', 0.2, null)
    ) as listed (goal, objective_name, weight, target_value)
),
thrown as (
    select holders.*, goals.*, bits('goal', holders.no::bigint * 1000000 + holders.year_no * 100 + holders.quarter_no * 10 + goals.goal) as dice
    from holders cross join goals
)
select
    'g-' || worker_id || '-' || year_no || 'q' || quarter_no || '-' || goal as objective_id,
    worker_id,
    case when role = 'specialist' then 'spec-goals-' else 'lead-goals-' end || year_no as component_id,
    'FY' || year_no || '-Q' || quarter_no as period,
    objective_name,
    weight::decimal(12, 9) as weight,
    target_value::decimal(18, 8) as target_value,
    -- Known when the quarter is over.
    case when ends_on <= getvariable('as_of') + 1 and goal < 3 then target_value + (dice % 4)::integer - 2 + case when target_value = 2 then 1 else 0 end end::decimal(18, 8) as actual_value,
    case when ends_on <= getvariable('as_of') + 1 and goal = 3 then [0, 0.5, 1, 1][(dice % 4)::integer + 1] end::decimal(12, 9) as score
from thrown;

-- New account executives start with a draw for three months: half of them pay it back, half have a guarantee.
create table draws as
select
    people.worker_id,
    case when people.no % 2 = 0 then 'recoverable' else 'nonrecoverable' end as draw_type,
    people.hire_date as valid_from,
    (people.hire_date + interval 3 month)::date as valid_to,
    case when people.currency = 'EUR' then 2700 else 3000 end::decimal(18, 2) as amount_per_month,
    people.currency,
    case when people.no % 2 = 0 then 0.5 end::decimal(12, 9) as recovery_share,
    case when people.no % 2 = 0 then (people.hire_date + interval 3 month)::date end as recovery_from
from people
where people.first_role = 'ae' and people.hire_date >= date '2025-01-01';

create table territories as
select * from (values
    ('us-pacific', 1, date '2025-01-01', date '2026-01-01'), ('us-california', 1, date '2026-01-01', infinite()),
    ('us-northwest', 1, date '2026-01-01', infinite()), ('germany', 2, date '2025-01-01', date '2026-01-01'),
    ('germany-north', 2, date '2026-01-01', infinite()), ('germany-south', 2, date '2026-01-01', infinite()),
    ('austria', 2, date '2025-01-01', infinite()), ('us-northeast', 3, date '2025-01-01', infinite()),
    ('us-texas', 4, date '2025-01-01', infinite()), ('us-midwest', 4, date '2025-01-01', infinite()),
    ('france', 5, date '2025-01-01', infinite()), ('benelux', 5, date '2025-01-01', infinite()),
    ('us-southeast', 6, date '2025-01-01', infinite()), ('us-mountain', 7, date '2025-01-01', date '2026-03-01'),
    ('us-mountain', 7, date '2026-05-01', infinite()), ('spain', 8, date '2025-01-01', infinite()),
    ('italy', 8, date '2025-01-01', infinite()), ('strategic', 0, date '2025-01-01', infinite())
) as listed (territory_id, region_no, starts_on, ends_on);

create table territory_assignments as
with leading_teams as (
    select territories.*, coalesce(min(teams.team), 1) as team
    from territories left join teams on territories.region_no = teams.region_no
    group by territories.territory_id, territories.region_no, territories.starts_on, territories.ends_on
),
leads as (
    select
        leading_teams.territory_id, team_managers.manager_worker_id as worker_id, 'lead' as assignment_role,
        greatest(leading_teams.starts_on, team_managers.starts_on) as valid_from,
        least(leading_teams.ends_on, coalesce(team_managers.ends_on, infinite())) as valid_to
    from leading_teams inner join team_managers on leading_teams.team = team_managers.team
),
-- Each seller belongs to one of the region's territories; no credit rule reads it, reports do.
members as (
    select
        territories.territory_id, stints.worker_id, 'member' as assignment_role,
        greatest(territories.starts_on, stints.starts_on) as valid_from,
        least(territories.ends_on, coalesce(stints.ends_on, infinite())) as valid_to,
        dense_rank() over (partition by stints.no, stints.stint, territories.starts_on >= date '2026-01-01' order by territories.territory_id) as place,
        stints.no
    from stints
    inner join teams on stints.team = teams.team
    inner join territories on teams.region_no = territories.region_no
    where stints.role in ('ae', 'smb_rep', 'renewal_manager')
),
vertical_leads as (
    select
        ['vertical-finance', 'vertical-general', 'vertical-healthcare', 'vertical-public'][row_number() over (order by no)] as territory_id,
        worker_id, 'lead' as assignment_role, starts_on as valid_from, coalesce(ends_on, infinite()) as valid_to
    from stints where role = 'specialist' and starts_on < date '2025-01-01' and ends_on is null
    order by no limit 4
)
select territory_id, worker_id, assignment_role, valid_from, open_ended(valid_to) as valid_to, null::decimal(12, 9) as credit_share
from (
    select territory_id, worker_id, assignment_role, valid_from, valid_to from leads
    union all
    select territory_id, worker_id, assignment_role, valid_from, valid_to from members where place = 1
    union all
    select territory_id, worker_id, assignment_role, valid_from, valid_to from vertical_leads
)
where valid_from < valid_to;

create table products as
select * from (values
    ('P-100', 'Core Platform', 'Platform'), ('P-110', 'Platform Plus', 'Platform'), ('P-120', 'Platform Enterprise', 'Platform'),
    ('P-200', 'Insight Analytics', 'Analytics'), ('P-210', 'Insight Forecast', 'Analytics'), ('P-300', 'Onboarding', 'Services'),
    ('P-310', 'Consulting day', 'Services'), ('P-400', 'Edge Gateway', 'Devices'), ('P-410', 'Sensor pack', 'Devices')
) as listed (product_id, product_name, product_family);

create table payout_adjustments as
with sellers as (
    select worker_id, currency, row_number() over (partition by currency order by no) as place
    from people where first_role = 'ae' and hire_date < date '2025-01-01' and termination_date is null and not is_successor
)
select
    'adj-' || row_number() over (order by listed.period, sellers.worker_id) as adjustment_id,
    sellers.worker_id, null::varchar as component_id, listed.period, listed.amount::decimal(18, 2) as amount, sellers.currency,
    listed.reason, 'sales operations' as requested_by, listed.approved_by
from (values
    ('USD', 1, 'FY2025-M08', 1500, 'Winner of the summer contest', 'compensation committee'),
    ('USD', 1, 'FY2026-M03', -420.5, 'Trip charged to the wrong cost centre', 'compensation committee'),
    ('EUR', 1, 'FY2026-M06', 800, 'Winner of the spring contest', 'compensation committee'),
    ('USD', 1, 'FY2026-M09', 2500, 'Deal closed for a colleague on leave', null)
) as listed (currency, place, period, amount, reason, approved_by)
inner join sellers on listed.currency = sellers.currency and listed.place = sellers.place;
