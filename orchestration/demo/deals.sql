-- Deals, their lines and what follows them: invoices, payments, cancellations. An id holds the month and a number, so a later
-- as-of date, which only adds, leaves the files of past months as they are.

-- 22 months, January 2025 to October 2026, bring the events asked for; 2026 is a tenth better than 2025.
create table month_deals as
select
    month_no,
    strftime(starts_on, '%y%m') as month_key,
    starts_on,
    (ends_on - starts_on)::integer as days,
    year_no,
    month_of_year,
    greatest(1, round(
        getvariable('events') / 4.05 * season::double * case when year_no = 2025 then 1.0 else 1.1 end / 1.858
    ))::integer as deals
from months
where starts_on <= getvariable('as_of');

-- A seller has as many slots in a month as the role's share; deals fall into them in turn, so that everyone has enough of them.
create table slots as
with dealt as (
    select seller_months.*, copies.copy_no
    from seller_months inner join range(1, 4) as copies (copy_no) on copies.copy_no <= seller_months.slots
    where role <> 'specialist'
),
numbered as (
    select *, count(*) over (partition by month_no) as month_slots, row_number() over (partition by month_no order by no, copy_no) as slot
    from dealt
)
select
    numbered.month_no, numbered.slot, numbered.month_slots, numbered.no, numbered.user_id, numbered.role, numbered.team,
    numbered.currency,
    numbered.budget::double * numbered.month_slots / (month_deals.deals * numbered.slots) as deal_amount
from numbered
inner join month_deals on numbered.month_no = month_deals.month_no;

create table specialist_slots as
select month_no, user_id, row_number() over (partition by month_no order by no) as slot
from seller_months
where role = 'specialist';

-- How many deals a specialist joins, so that what is credited on top comes to the specialists' quotas.
create table overlay_chance as
select
    month_no,
    least(0.6, sum(case when role = 'specialist' then annual_quota::double * season::double else 0 end)
        / greatest(sum(case when role in ('ae', 'smb_rep') then budget::double else 0 end) * 0.78, 1)) as chance,
    count(*) filter (role = 'specialist') as specialists
from seller_months
group by month_no;

create table deals as
with slot_counts as (
    select month_no, count(*) as month_slots from slots group by month_no
),
numbered as (
    select month_no, month_key, starts_on, days, month_slots, unnest(range(1, deals + 1)) as deal
    from month_deals inner join slot_counts using (month_no)
),
thrown as (
    select *, bits('deal', month_no * 100000000::bigint + deal) as dice, bits('more', month_no * 100000000::bigint + deal) as more from numbered
),
placed as (
    select
        thrown.month_no, thrown.month_key, thrown.deal, thrown.dice, thrown.more,
        -- Two throws, the later day counts: months fill up towards their end.
        thrown.starts_on + (greatest(portion(thrown.more, 0), portion(thrown.more, 1)) * thrown.days)::integer % thrown.days as booking_date,
        slots.slot, thrown.month_slots, slots.user_id, slots.role, slots.team, slots.currency as home_currency,
        slots.deal_amount * (0.5 + 0.6 * portion(thrown.dice, 3) + 1.8 * pow8(portion(thrown.dice, 3))) as home_amount
    from thrown
    inner join slots
        on thrown.month_no = slots.month_no
        and slots.slot = (thrown.deal + bits('turn', thrown.month_no) % thrown.month_slots) % thrown.month_slots + 1
)
select
    month_no,
    month_key,
    deal,
    booking_date::date as booking_date,
    slot,
    month_slots,
    user_id,
    role,
    team,
    more,
    case
        when role = 'renewal_manager' then 'renewal'
        when portion(dice, 2) < 0.58 then 'new'
        when portion(dice, 2) < 0.96 then 'expansion'
        else 'other'
    end as opportunity_type,
    case
        when home_currency = 'EUR' and portion(more, 2) < 0.12 then 'USD'
        when home_currency = 'USD' and portion(more, 2) < 0.03 then 'EUR'
        else home_currency
    end as currency,
    greatest(round(
        home_amount * case
            when home_currency = 'EUR' and portion(more, 2) < 0.12 then 1.1
            when home_currency = 'USD' and portion(more, 2) < 0.03 then 0.9
            else 1
        end, 2
    ), 0.10)::decimal(18, 2) as amount,
    -- Customers belong to the seller's team; small ones have even numbers.
    (
        ((dice >> 16) & 4294967295) % getvariable('team_accounts') // 2 * 2 + case when role = 'smb_rep' then 1 else 0 end
    ) * getvariable('managers') + team as account_no,
    [12, 12, 12, 24, 36][(portion(more, 3) * 5)::integer % 5 + 1] as term_months
from placed
where booking_date <= getvariable('as_of');

-- One line for what the deal is about, some with services, some with devices.
create table lines as
with parts as (
    select
        1 as line, deals.month_no, deals.month_key, deals.deal, booking_date, role, account_no, opportunity_type, currency, term_months,
        amount, bits('line', (month_no * 100000000::bigint + deal) * 10 + 1) as dice
    from deals
    union all
    select
        2, month_no, month_key, deal, booking_date, role, account_no, opportunity_type, currency, null,
        (amount * (0.12 + 0.13 * portion(more, 0)))::decimal(18, 2), bits('line', (month_no * 100000000::bigint + deal) * 10 + 2)
    from deals
    where role = 'ae' and portion(more, 1) < 0.7
    union all
    select
        3, month_no, month_key, deal, booking_date, role, account_no, opportunity_type, currency, null,
        (amount * (0.08 + 0.1 * portion(more, 1)))::decimal(18, 2), bits('line', (month_no * 100000000::bigint + deal) * 10 + 3)
    from deals
    where role = 'smb_rep' and portion(more, 0) < 0.5
),
dated as (
    select
        *,
        month_key || '-' || lpad(deal::varchar, 7, '0') as deal_key,
        case
            when line = 1 and role = 'smb_rep' then ['P-100', 'P-100', 'P-110'][(portion(dice, 0) * 3)::integer % 3 + 1]
            when line = 1 then ['P-110', 'P-120', 'P-120', 'P-200', 'P-210'][(portion(dice, 0) * 5)::integer % 5 + 1]
            when line = 2 then ['P-300', 'P-310'][(portion(dice, 0) * 2)::integer % 2 + 1]
            else ['P-400', 'P-410'][(portion(dice, 0) * 2)::integer % 2 + 1]
        end as product_id,
        greatest(1, round(amount::double / case line when 1 then 480 when 2 then 1150 else 240 end))::decimal(18, 4) as quantity,
        case
            when line = 3 and portion(dice, 1) < 0.004 then null
            when line = 1 then (amount::double * (0.18 + 0.2 * portion(dice, 1)))::decimal(18, 2)
            when line = 2 then (amount::double * (0.6 + 0.3 * portion(dice, 1)))::decimal(18, 2)
            else (amount::double * (0.6 + 0.38 * portion(dice, 1)))::decimal(18, 2)
        end as cost_amount,
        case when portion(dice, 2) < 0.9 then booking_date + 1 + (portion(dice, 1) * 30)::integer end as invoice_date,
        case when portion(dice, 2) < 0.79 then booking_date + 16 + (portion(dice, 1) * 30)::integer + (portion(dice, 0) * 60)::integer end as payment_date,
        portion(dice, 2) < 0.08 as is_paid_in_two,
        case when portion(dice, 3) < 0.035 then booking_date + 5 + (portion(dice, 3) * 6400)::integer end as cancellation_date,
        case when portion(dice, 3) < 0.019 then 1.0 else 0.25 end as cancelled_share
    from parts
    where amount > 0
)
select
    month_no, deal_key, line, booking_date, account_no, opportunity_type, currency, term_months, product_id, quantity, amount, cost_amount,
    -- A deal cancelled whole is neither invoiced nor paid afterwards.
    case when cancelled_share = 1 and cancellation_date <= invoice_date then null else invoice_date end as invoice_date,
    case when cancelled_share = 1 and cancellation_date <= payment_date then null else payment_date end as payment_date,
    is_paid_in_two and not (cancelled_share = 1 and coalesce(cancellation_date, date '9999-12-31') <= payment_date + 31) as is_paid_in_two,
    cancellation_date,
    cancelled_share::decimal(12, 9) as cancelled_share
from dated;

create macro account_key(no) as 'A' || lpad(no::varchar, 7, '0');
-- All events of the days from `from_day` to `to_day`, both inclusive.
create macro events_between(from_day, to_day) as table
select * from (
    select
        'B' || deal_key || '-' || line as event_id, 'booking' as event_type, booking_date as event_date,
        'O' || deal_key as opportunity_id, account_key(account_no) as account_id, product_id, null::varchar as owner_user_id,
        quantity, amount, cost_amount, currency, term_months::integer as term_months, opportunity_type,
        null::varchar as related_event_id
    from lines where booking_date between from_day and to_day
    union all
    select
        'I' || deal_key || '-' || line, 'invoice', invoice_date, 'O' || deal_key, null, product_id, null,
        null, amount, null, currency, null, null, 'B' || deal_key || '-' || line
    from lines where invoice_date between from_day and to_day
    union all
    select
        'P' || deal_key || '-' || line, 'payment', payment_date, 'O' || deal_key, null, product_id, null,
        null, case when is_paid_in_two then (amount / 2)::decimal(18, 2) else amount end, null, currency, null, null,
        'B' || deal_key || '-' || line
    from lines where payment_date between from_day and to_day
    union all
    select
        'Q' || deal_key || '-' || line, 'payment', payment_date + 31, 'O' || deal_key, null, product_id, null,
        null, (amount - (amount / 2)::decimal(18, 2))::decimal(18, 2), null, currency, null, null,
        'B' || deal_key || '-' || line
    from lines where is_paid_in_two and payment_date + 31 between from_day and to_day
    union all
    select
        'C' || deal_key || '-' || line, 'cancellation', cancellation_date, 'O' || deal_key, null, product_id, null,
        (-quantity * cancelled_share)::decimal(18, 4), (-amount * cancelled_share)::decimal(18, 2),
        (-cost_amount * cancelled_share)::decimal(18, 2), currency, null, null, 'B' || deal_key || '-' || line
    from lines where cancellation_date between from_day and to_day
)
order by event_date, event_id;

create table accounts as
with numbered as (
    select
        no::integer as no,
        (no - 1) % getvariable('managers') + 1 as team,
        ((no - 1) // getvariable('managers'))::integer as place,
        bits('account', no) as dice
    from range(1, getvariable('team_accounts') * getvariable('managers') + 1) as numbers (no)
),
located as (
    select
        numbered.*,
        teams.region_name,
        teams.region_no,
        teams.country as team_country,
        [
            ['CA', 'CA', 'WA', 'OR'], ['DE', 'DE', 'DE', 'AT'], ['NY', 'MA', 'NJ', 'PA'], ['TX', 'IL', 'OH', 'MN'],
            ['FR', 'FR', 'NL', 'BE'], ['FL', 'GA', 'NC', 'VA'], ['CO', 'AZ', 'UT', 'NV'], ['ES', 'ES', 'IT', 'IT']
        ][teams.region_no][(portion(dice, 0) * 4)::integer % 4 + 1] as place_code
    from numbered inner join teams on numbered.team = teams.team
)
select
    no,
    account_key(no) as account_id,
    [
        'Alder', 'Bright Harbor', 'Cobalt', 'Dunes', 'Evergreen', 'Foxglove', 'Granite', 'Hillcrest', 'Ironwood', 'Juniper',
        'Kestrel', 'Lakeshore', 'Meridian', 'Northgate', 'Oakhaven', 'Pinecone', 'Quarry', 'Riverbend', 'Silverline', 'Tidewater',
        'Umber', 'Valley', 'Westwind', 'Yarrow', 'Zephyr'
    ][(portion(dice, 1) * 25)::integer % 25 + 1]
    || ' '
    || ['Foods', 'Clinics', 'Logistics', 'Bank', 'Works', 'Energy', 'Schools', 'Retail', 'Labs', 'Media'][(portion(dice, 2) * 10)::integer % 10 + 1]
    || ' ' || no as account_name,
    -- Every seventh customer of a team is a group; the four after it belong to it.
    case when place % 7 between 1 and 4 then account_key((place // 7 * 7) * getvariable('managers') + team) end as parent_account_id,
    ['healthcare', 'finance', 'public', 'manufacturing', 'retail', 'services'][(portion(dice, 3) * 6)::integer % 6 + 1] as industry,
    case when place % 2 = 1 then 'smb' when portion(dice, 1) < 0.3 then 'enterprise' else 'mid-market' end as segment,
    case when team_country = 'US' then 'US' else place_code end as country,
    case when team_country = 'US' then place_code end as region,
    lpad(((portion(dice, 2) * 90000)::integer + 1000)::varchar, 5, '0') as postal_code,
    null::varchar as owner_user_id
from located;

create table opportunities as
with won as (
    select
        'O' || month_key || '-' || lpad(deal::varchar, 7, '0') as opportunity_id,
        account_no, user_id, opportunity_type, 'closed won' as stage, true as is_closed, true as is_won, booking_date as close_date,
        booking_date - 20 - (portion(more, 0) * 160)::integer as created_date, currency, amount, 1.0 as probability
    from deals
),
-- A third as many again were lost, or are still open.
others as (
    select
        'L' || deals.month_key || '-' || lpad(deals.deal::varchar, 7, '0') as opportunity_id,
        deals.account_no, deals.user_id, deals.opportunity_type,
        deals.booking_date + 60 as close_date,
        deals.booking_date - 30 - (portion(deals.more, 0) * 90)::integer as created_date,
        deals.currency, (deals.amount * 1.1)::decimal(18, 2) as amount, deals.more
    from deals
    where deals.deal % 3 = 0
)
select * from won
union all
select
    opportunity_id, account_no, user_id, opportunity_type,
    case when close_date <= getvariable('as_of') then 'closed lost' when portion(more, 1) < 0.5 then 'proposal' else 'negotiation' end,
    close_date <= getvariable('as_of'), false, close_date, created_date, currency, amount,
    case when close_date <= getvariable('as_of') then 0.0 when portion(more, 1) < 0.5 then 0.35 else 0.6 end
from others;

create table opportunity_splits as
with split_deals as (
    select
        deals.*,
        'O' || month_key || '-' || lpad(deal::varchar, 7, '0') as opportunity_id,
        bits('split', month_no * 100000000::bigint + deal) as dice
    from deals
    where role in ('ae', 'smb_rep')
),
shared as (
    select split_deals.opportunity_id, split_deals.user_id as first_user, slots.user_id as second_user, split_deals.dice
    from split_deals
    inner join slots
        on split_deals.month_no = slots.month_no
        and slots.slot = (split_deals.slot + 1 + (split_deals.dice >> 40) % greatest(split_deals.month_slots - 1, 1)) % split_deals.month_slots + 1
    where portion(split_deals.dice, 0) < 0.08 and split_deals.user_id <> slots.user_id
)
-- The parts of 1 / 3 and 2 / 3 are as a CRM writes them: they sum to 1 only nearly.
select opportunity_id, first_user as user_id, 'revenue' as split_type,
    case when dice % 3 = 0 then 0.5 when dice % 3 = 1 then 0.6 else 0.66667 end::decimal(12, 9) as split_share
from shared
union all
select opportunity_id, second_user, 'revenue',
    case when dice % 3 = 0 then 0.5 when dice % 3 = 1 then 0.4 else 0.33333 end::decimal(12, 9)
from shared
union all
select split_deals.opportunity_id, specialist_slots.user_id, 'overlay',
    case when split_deals.dice % 4 = 0 then 0.5 else 1 end::decimal(12, 9)
from split_deals
inner join overlay_chance on split_deals.month_no = overlay_chance.month_no
inner join specialist_slots
    on split_deals.month_no = specialist_slots.month_no
    and specialist_slots.slot = (split_deals.dice >> 20) % overlay_chance.specialists + 1
where portion(split_deals.dice, 3) < overlay_chance.chance;
