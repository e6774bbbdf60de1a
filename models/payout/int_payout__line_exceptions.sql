-- Lines that couldn't be worked out whole: no rate to the payroll's or to the draw's currency; a draw in a second currency;
-- an invoice or a payment in another currency than the booking that it releases (calculation.md §7).
with payroll_rates as (
    select
        'missing_rate' as kind,
        'error' as severity,
        'fct_payouts' as entity,
        payout_line_id as record_key,
        worker_id,
        pay_period_id as period_id,
        amount,
        currency,
        cast(null as {{ dbt.type_string() }}) as raw_file,
        cast(null as bigint) as raw_row_number,
        'payroll_amount' as column_name,
        currency || ' to ' || payroll_currency as value,
        'The payout line has no payroll amount: fx_rates has no rate from ' || currency || ' to ' || payroll_currency
        || ' for ' || pay_period_id || '.' as reason,
        'Add the rate of that month to fx_rates.csv.' as remedy
    from {{ ref('fct_payouts') }}
    where not is_settled and payroll_amount is null
),

draw_rates as (
    select
        'missing_rate' as kind,
        'error' as severity,
        'draws' as entity,
        months.worker_id || '|' || months.draw_type || '|' || months.period_id || '|' || payable.currency
        || '|' || months.currency as record_key,
        months.worker_id,
        months.period_id,
        payable.amount,
        payable.currency,
        cast(null as {{ dbt.type_string() }}) as raw_file,
        cast(null as bigint) as raw_row_number,
        'currency' as column_name,
        payable.currency || ' to ' || months.currency as value,
        'These earnings are not set against the draw: fx_rates has no rate from ' || payable.currency || ' to '
        || months.currency || ' for ' || months.period_id || '.' as reason,
        'Add the rate of that month to fx_rates.csv.' as remedy
    from {{ ref('int_payout__draw_months') }} as months
    inner join {{ ref('int_payout__payable') }} as payable
        on months.worker_id = payable.worker_id and months.period_id = payable.pay_period_id
    left join {{ ref('stg_rules__fx_rates') }} as rates
        on
            months.period_id = rates.period
            and payable.currency = rates.from_currency
            and months.currency = rates.to_currency
    where payable.currency <> months.currency and rates.rate is null
),

foreign_draws as (
    select
        'draw_currency' as kind,
        'error' as severity,
        'draws' as entity,
        draws.worker_id || '|' || cast(draws.valid_from as {{ dbt.type_string() }}) || '|' || draws.draw_type as record_key,
        draws.worker_id,
        days.period_id,
        draws.amount_per_month as amount,
        draws.currency,
        draws.raw_file,
        draws.raw_row_number,
        'currency' as column_name,
        draws.currency as value,
        'The worker''s recoverable draws began in ' || days.draw_currency || '; this one is not paid.' as reason,
        'Give all recoverable draws of a worker in one currency.' as remedy
    from (
        select
            worker_id,
            draw_type,
            valid_from,
            draw_currency,
            min(period_id) as period_id
        from {{ ref('int_payout__draw_days') }}
        where currency <> draw_currency
        group by worker_id, draw_type, valid_from, draw_currency
    ) as days
    inner join {{ ref('int_core__draws') }} as draws
        on
            days.worker_id = draws.worker_id
            and days.draw_type = draws.draw_type
            and days.valid_from = draws.valid_from
),

foreign_releases as (
    select
        'release_currency' as kind,
        'warn' as severity,
        'sales_events' as entity,
        releases.event_id as record_key,
        cast(null as {{ dbt.type_string() }}) as worker_id,
        releases.period_id,
        releases.amount,
        releases.currency,
        releases.raw_file,
        releases.raw_row_number,
        'currency' as column_name,
        releases.currency as value,
        'Releases a booking in ' || bookings.currency || '; the amounts are compared as they are.' as reason,
        'Deliver the event in the currency of its booking.' as remedy
    from (select distinct origin_transaction_id, release_event from {{ ref('int_payout__holds') }}) as holds
    inner join {{ ref('fct_transactions') }} as bookings on holds.origin_transaction_id = bookings.transaction_id
    inner join {{ ref('fct_transactions') }} as releases
        on
            bookings.source_system = releases.source_system
            and bookings.event_id = releases.related_event_id
            and holds.release_event = releases.event_type
    where bookings.currency <> releases.currency
)

select * from payroll_rates
union all
select * from draw_rates
union all
select * from foreign_draws
union all
select * from foreign_releases
