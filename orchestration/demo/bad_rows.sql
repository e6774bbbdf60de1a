-- What real deliveries bring with them. Each kind of fault is planted once or twice, on the last worker or on rows of its own,
-- so that nobody else's pay depends on how it is treated. Faults of format need text: they are in manual_events.

-- Keys that appear twice, references to nothing, values that the contract doesn't know, values that are missing.
insert into accounts (no, account_id, account_name, parent_account_id, industry, segment, country)
values
    (0, 'A-twice', 'Twice Delivered Foods', null, 'retail', 'smb', 'US'),
    (0, 'A-twice', 'Twice Delivered Foods Inc.', null, 'retail', 'smb', 'US'),
    (0, 'A-orphan', 'Orphan Logistics', 'A-nowhere', 'services', 'smb', 'US'),
    (0, 'A-overseas', 'Overseas Energy', null, 'services', 'enterprise', 'JP');
insert into products values (null, 'Product without a number', 'Platform');

insert into worker_jobs
select worker_key(getvariable('workers')), (people.hire_date + 20)::date, null, 'Overlapping job', first_role, null, 1
from people where no = getvariable('workers');
insert into worker_leaves values (worker_key(getvariable('workers')), date '2026-02-10', date '2026-02-01', 'sick', true);
insert into plan_assignments values (worker_key(getvariable('workers')), 'plan-of-dreams', date '2026-01-01', null, null);
insert into territory_assignments values ('atlantis', worker_key(getvariable('workers')), 'member', date '2025-06-01', null, null);
insert into quotas values
    (worker_key(getvariable('workers')), 'device_units', 'FY2026-Q5', 10),
    (worker_key(getvariable('workers')), 'device_units', 'FY2026-Q1', null),
    ('w-nobody', 'new_arr', 'FY2026', 500000);
insert into draws values
    (worker_key(getvariable('workers')), 'forgivable', date '2026-01-01', date '2026-02-01', 1000, 'USD', null, null);

-- Splits: shares that don't sum to 1, and a user whom nobody knows.
insert into opportunities values
    ('O-ninety', 2, user_key(getvariable('workers')), 'new', 'closed won', true, true, date '2026-05-20', date '2026-03-01', 'USD', 12000, 1),
    ('O-stranger', 2, user_key(getvariable('workers')), 'new', 'closed won', true, true, date '2026-05-21', date '2026-03-01', 'USD', 9000, 1);
insert into opportunity_splits
select 'O-ninety', slots.user_id, 'revenue', 0.5 from slots where month_no = 17 and slot = 1
union all
select 'O-ninety', user_key(getvariable('workers')), 'revenue', 0.4
union all
select 'O-stranger', user_key(getvariable('workers')), 'revenue', 0.5
union all
select 'O-stranger', 'u-stranger', 'revenue', 0.5;

-- An objective whose weights don't sum to 1: the first specialist's last complete quarter lacks one.
delete from objectives
where objective_id = (select min(objective_id) from objectives where component_id = 'spec-goals-2026' and objective_id like '%q2-2');

-- Events typed in by hand: a text file. Columns: what is wrong with the row comes first, and is not written.
create table manual_events as
select * from (values
    ('number', 'M-01', 'booking', '2026-05-04', '', 'A0000001', 'P-110', user_key(1), '3', '12.000,50', '', 'USD', '12', 'new', ''),
    ('date', 'M-02', 'booking', '31/02/2026', '', 'A0000001', 'P-110', user_key(1), '1', '4800.00', '', 'USD', '12', 'new', ''),
    ('missing', 'M-03', 'booking', '', '', 'A0000001', 'P-110', user_key(1), '1', '5200.00', '', 'USD', '12', 'new', ''),
    ('value', 'M-04', 'refund', '2026-05-06', '', 'A0000001', 'P-110', user_key(1), '1', '-300.00', '', 'USD', '', 'new', ''),
    ('reference', 'M-05', 'booking', '2026-05-07', 'O-unknown', 'A0000001', 'P-110', user_key(1), '1', '2500.00', '', 'USD', '12', 'new', ''),
    ('duplicate', 'M-06', 'booking', '2026-05-08', '', 'A0000001', 'P-110', user_key(1), '1', '1000.00', '', 'USD', '12', 'other', ''),
    ('duplicate', 'M-06', 'booking', '2026-05-08', '', 'A0000001', 'P-110', user_key(1), '1', '1100.00', '', 'USD', '12', 'other', ''),
    ('owner', 'M-07', 'booking', '2026-05-11', '', 'A0000001', 'P-110', 'u-nobody', '1', '7600.00', '2100.00', 'USD', '12', 'new', ''),
    ('owner', 'M-08', 'booking', '2026-05-12', '', 'A0000001', 'P-110', 'u-import', '1', '3300.00', '900.00', 'USD', '12', 'new', ''),
    ('ownerless', 'M-09', 'booking', '2026-05-13', '', 'A0000001', 'P-110', '', '1', '640.00', '120.00', 'USD', '12', 'new', ''),
    ('unaligned', 'M-10', 'booking', '2026-05-14', '', 'A-overseas', 'P-110', user_key(getvariable('workers')), '2', '8800.00', '2000.00', 'USD', '12', 'expansion', ''),
    ('split', 'M-11', 'booking', '2026-05-20', 'O-ninety', 'A0000002', 'P-110', '', '1', '12000.00', '3000.00', 'USD', '12', '', ''),
    ('split', 'M-12', 'booking', '2026-05-21', 'O-stranger', 'A0000002', 'P-110', '', '1', '9000.00', '2500.00', 'USD', '12', '', ''),
    ('rate', 'M-13', 'booking', '2026-05-22', '', 'A0000001', 'P-120', user_key(getvariable('workers')), '1', '9900.00', '2400.00', 'GBP', '12', 'new', ''),
    ('cost', 'M-14', 'booking', '2026-05-25', '', 'A0000001', 'P-400', user_key(getvariable('workers')), '4', '960.00', '', 'USD', '', 'new', ''),
    ('unnamed', 'M-15', 'cancellation', '2026-05-26', '', 'A0000001', 'P-110', user_key(getvariable('workers')), '-1', '-500.00', '-100.00', 'USD', '', 'new', '')
) as listed (
    fault, event_id, event_type, event_date, opportunity_id, account_id, product_id, owner_user_id, quantity, amount, cost_amount,
    currency, term_months, opportunity_type, related_event_id
);
