-- What the source says twice and differently, and what the mapping can't place, in words (docs/decisions/0010); core's
-- exceptions take it in.
with findings as (
    select
        kind, severity, 'sales_events' as entity, record_key, worker_id, amount, raw_file, raw_row_number, column_name, value,
        cast(null as {{ dbt.type_string() }}) as detail
    from {{ ref('int_adventureworks__order_findings') }}
    union all
    select kind, severity, entity, record_key, worker_id, amount, raw_file, raw_row_number, column_name, value, detail
    from {{ ref('int_adventureworks__people_findings') }}
)

select
    kind,
    severity,
    entity,
    record_key,
    worker_id,
    cast(null as {{ dbt.type_string() }}) as period_id,
    cast(amount as {{ qty() }}) as amount,
    case when amount is not null then 'USD' end as currency,
    raw_file as file,
    raw_row_number as row_number,
    column_name,
    value,
    case kind
        when 'sold_without_territory'
            then 'The salesperson holds no territory on the order date; the sale is credited all the same.'
        when 'sold_outside_territory'
            then 'The salesperson holds another territory on the order date; the sale is credited all the same.'
        when 'currency_rate_not_applied'
            then 'The order names a currency rate, but its amounts are US dollars already; they are not converted.'
        when 'order_total_mismatch' then 'The lines of the order do not add up to this total; what they lack does not count.'
        when 'dangling_reference' then 'Is no order of sales_order_header; the line does not count.'
        when 'territory_contradiction' then 'The territory history names ' || detail || ' now; the history counts.'
        when 'quota_before_hire' then 'The quota begins before the hire date, ' || detail || '; the whole quota counts.'
        when 'unknown_period' then 'Starts no quarter of the fiscal calendar; the quota does not count.'
        when 'pay_before_hire' then 'The pay begins before the hire date, ' || detail || '.'
    end as reason,
    case kind
        when 'sold_without_territory' then 'If the salesperson had one, add it to sales_territory_history.'
        when 'sold_outside_territory' then 'If the territory is wrong, correct the order or sales_territory_history.'
        when 'currency_rate_not_applied' then 'Nothing to do, unless orders of this source are in foreign currency.'
        when 'order_total_mismatch' then 'Deliver every line of the order, once.'
        when 'dangling_reference' then 'Deliver the order, or mend it if it is in quarantine.'
        when 'territory_contradiction' then 'Correct sales_person or sales_territory_history.'
        when 'quota_before_hire' then 'If it was meant for the part of the quarter employed, correct its amount.'
        when 'unknown_period' then 'Add the quarter to fiscal_calendar.csv in the rules.'
        when 'pay_before_hire' then 'Correct employee or employee_pay_history.'
    end as remedy
from findings
