-- What the source says twice and differently, and what the mapping can't place (docs/decisions/0010). None of it is mended:
-- credit follows the order's salesperson, and each row here says what that decided.
with orders as (
    select
        sales_order_id,
        cast(order_date as date) as order_date,
        sales_person_id,
        territory_id,
        cast(round(sub_total, 2) as {{ money() }}) as order_amount,
        sub_total,
        {{ provenance() }}
    from {{ current_rows('raw_adventureworks', 'sales_order_header') }} as landed
),

order_lines as (
    select sales_order_id, sales_order_detail_id, line_total, {{ provenance() }}
    from {{ current_rows('raw_adventureworks', 'sales_order_detail') }} as landed
),

salespeople as (
    select business_entity_id, territory_id, {{ provenance() }}
    from {{ current_rows('raw_adventureworks', 'sales_person') }} as landed
),

territory_history as (
    select
        business_entity_id,
        territory_id,
        cast(start_date as date) as start_date,
        coalesce(cast(end_date as date), date '9999-12-31') as end_date
    from {{ current_rows('raw_adventureworks', 'sales_territory_history') }} as landed
),

-- One row per order of a salesperson: how many of the territories held on the date are the order's, and how many there are.
orders_by_territory as (
    select
        orders.sales_order_id,
        orders.sales_person_id,
        orders.territory_id,
        orders.order_amount,
        orders.raw_file,
        orders.raw_row_number,
        count(territory_history.territory_id) as held_count,
        sum(case when territory_history.territory_id = orders.territory_id then 1 else 0 end) as own_count
    from orders
    left join territory_history
        on
            orders.sales_person_id = territory_history.business_entity_id
            and orders.order_date >= territory_history.start_date
            and orders.order_date <= territory_history.end_date
    where orders.sales_person_id is not null
    group by
        orders.sales_order_id, orders.sales_person_id, orders.territory_id, orders.order_amount,
        orders.raw_file, orders.raw_row_number
),

sold_elsewhere as (
    select
        case when held_count = 0 then 'sold_without_territory' else 'sold_outside_territory' end as kind,
        'info' as severity,
        'sales_events' as entity,
        cast(sales_order_id as {{ dbt.type_string() }}) as record_key,
        cast(sales_person_id as {{ dbt.type_string() }}) as worker_id,
        order_amount as amount,
        'USD' as currency,
        raw_file,
        raw_row_number,
        'territory_id' as column_name,
        cast(territory_id as {{ dbt.type_string() }}) as value,
        case
            when held_count = 0 then 'the salesperson holds no territory on the order date; the sale is credited all the same'
            else 'the salesperson holds another territory on the order date; the sale is credited all the same'
        end as reason,
        'if the territory is wrong, correct sales_territory_history' as remedy
    from orders_by_territory
    where own_count = 0
),

current_territories as (
    select business_entity_id, territory_id
    from territory_history
    where end_date = date '9999-12-31'
),

contradicting_territories as (
    select
        'territory_contradiction' as kind,
        'warn' as severity,
        'territory_assignments' as entity,
        cast(salespeople.business_entity_id as {{ dbt.type_string() }}) as record_key,
        cast(salespeople.business_entity_id as {{ dbt.type_string() }}) as worker_id,
        cast(null as {{ money() }}) as amount,
        cast(null as {{ dbt.type_string() }}) as currency,
        salespeople.raw_file,
        salespeople.raw_row_number,
        'territory_id' as column_name,
        cast(salespeople.territory_id as {{ dbt.type_string() }}) as value,
        case
            when current_territories.territory_id is null
                then 'sales_territory_history names no territory now; the history counts'
            else
                'sales_territory_history names territory '
                || cast(current_territories.territory_id as {{ dbt.type_string() }}) || ' now; the history counts'
        end as reason,
        'correct sales_person or sales_territory_history' as remedy
    from salespeople
    left join current_territories on salespeople.business_entity_id = current_territories.business_entity_id
    where coalesce(salespeople.territory_id, 0) <> coalesce(current_territories.territory_id, 0)
),

employees as (
    select business_entity_id, hire_date
    from {{ current_rows('raw_adventureworks', 'employee') }} as landed
),

quotas as (
    select
        history.business_entity_id,
        cast(history.quota_date as date) as quota_date,
        cast(round(history.sales_quota, 2) as {{ money() }}) as quota_amount,
        {{ provenance() }}
    from {{ current_rows('raw_adventureworks', 'sales_person_quota_history') }} as history
),

early_quotas as (
    select
        'quota_before_hire' as kind,
        'warn' as severity,
        'quotas' as entity,
        cast(quotas.business_entity_id as {{ dbt.type_string() }})
        || '|' || cast(quotas.quota_date as {{ dbt.type_string() }}) as record_key,
        cast(quotas.business_entity_id as {{ dbt.type_string() }}) as worker_id,
        quotas.quota_amount as amount,
        'USD' as currency,
        quotas.raw_file,
        quotas.raw_row_number,
        'quota_date' as column_name,
        cast(quotas.quota_date as {{ dbt.type_string() }}) as value,
        'is before the hire date ' || cast(employees.hire_date as {{ dbt.type_string() }})
        || '; the whole quota counts' as reason,
        'if the quota was meant for the part of the quarter employed, correct its amount' as remedy
    from quotas
    inner join employees on quotas.business_entity_id = employees.business_entity_id
    where quotas.quota_date < employees.hire_date
),

unplaced_quotas as (
    select
        'unknown_period' as kind,
        'error' as severity,
        'quotas' as entity,
        cast(quotas.business_entity_id as {{ dbt.type_string() }})
        || '|' || cast(quotas.quota_date as {{ dbt.type_string() }}) as record_key,
        cast(quotas.business_entity_id as {{ dbt.type_string() }}) as worker_id,
        quotas.quota_amount as amount,
        'USD' as currency,
        quotas.raw_file,
        quotas.raw_row_number,
        'quota_date' as column_name,
        cast(quotas.quota_date as {{ dbt.type_string() }}) as value,
        'starts no quarter of the fiscal calendar; the quota does not count' as reason,
        'add the quarter to fiscal_calendar.csv in the rules' as remedy
    from quotas
    left join {{ ref('int_adventureworks__quarters') }} as quarters on quotas.quota_date = quarters.starts_on
    where quarters.quarter_id is null
),

early_pay as (
    select
        'pay_before_hire' as kind,
        'info' as severity,
        'worker_compensation' as entity,
        cast(pay.business_entity_id as {{ dbt.type_string() }})
        || '|' || cast(cast(pay.rate_change_date as date) as {{ dbt.type_string() }}) as record_key,
        cast(pay.business_entity_id as {{ dbt.type_string() }}) as worker_id,
        cast(null as {{ money() }}) as amount,
        cast(null as {{ dbt.type_string() }}) as currency,
        pay._file as raw_file,
        pay._row_number as raw_row_number,
        'rate_change_date' as column_name,
        cast(cast(pay.rate_change_date as date) as {{ dbt.type_string() }}) as value,
        'is before the hire date ' || cast(employees.hire_date as {{ dbt.type_string() }}) as reason,
        'correct employee or employee_pay_history' as remedy
    from {{ current_rows('raw_adventureworks', 'employee_pay_history') }} as pay
    inner join employees on pay.business_entity_id = employees.business_entity_id
    where cast(pay.rate_change_date as date) < employees.hire_date
),

lines_without_order as (
    select
        'dangling_reference' as kind,
        'error' as severity,
        'sales_events' as entity,
        cast(order_lines.sales_order_id as {{ dbt.type_string() }})
        || '-' || cast(order_lines.sales_order_detail_id as {{ dbt.type_string() }}) as record_key,
        cast(null as {{ dbt.type_string() }}) as worker_id,
        cast(round(order_lines.line_total, 2) as {{ money() }}) as amount,
        'USD' as currency,
        order_lines.raw_file,
        order_lines.raw_row_number,
        'sales_order_id' as column_name,
        cast(order_lines.sales_order_id as {{ dbt.type_string() }}) as value,
        'is no order of sales_order_header; the line does not count' as reason,
        'deliver the order, or mend it if it is in quarantine' as remedy
    from order_lines
    left join orders on order_lines.sales_order_id = orders.sales_order_id
    where orders.sales_order_id is null
),

order_totals as (
    select sales_order_id, sum(line_total) as lines_total
    from order_lines
    group by sales_order_id
),

-- A sub_total is the sum of its lines, rounded to 4 decimals.
orders_that_do_not_add_up as (
    select
        'order_total_mismatch' as kind,
        'error' as severity,
        'sales_events' as entity,
        cast(orders.sales_order_id as {{ dbt.type_string() }}) as record_key,
        cast(orders.sales_person_id as {{ dbt.type_string() }}) as worker_id,
        cast(round(orders.sub_total - coalesce(order_totals.lines_total, 0), 2) as {{ money() }}) as amount,
        'USD' as currency,
        orders.raw_file,
        orders.raw_row_number,
        'sub_total' as column_name,
        cast(orders.sub_total as {{ dbt.type_string() }}) as value,
        'its lines do not add up to this total; what they lack does not count' as reason,
        'deliver all lines of the order once' as remedy
    from orders
    left join order_totals on orders.sales_order_id = order_totals.sales_order_id
    where round(coalesce(order_totals.lines_total, 0), 4) <> orders.sub_total
),

findings as (
    select kind, severity, entity, record_key, worker_id, amount, currency, raw_file, raw_row_number, column_name, value, reason, remedy
    from sold_elsewhere
    union all
    select kind, severity, entity, record_key, worker_id, amount, currency, raw_file, raw_row_number, column_name, value, reason, remedy
    from contradicting_territories
    union all
    select kind, severity, entity, record_key, worker_id, amount, currency, raw_file, raw_row_number, column_name, value, reason, remedy
    from early_quotas
    union all
    select kind, severity, entity, record_key, worker_id, amount, currency, raw_file, raw_row_number, column_name, value, reason, remedy
    from unplaced_quotas
    union all
    select kind, severity, entity, record_key, worker_id, amount, currency, raw_file, raw_row_number, column_name, value, reason, remedy
    from early_pay
    union all
    select kind, severity, entity, record_key, worker_id, amount, currency, raw_file, raw_row_number, column_name, value, reason, remedy
    from lines_without_order
    union all
    select kind, severity, entity, record_key, worker_id, amount, currency, raw_file, raw_row_number, column_name, value, reason, remedy
    from orders_that_do_not_add_up
)

select
    kind,
    severity,
    entity,
    record_key,
    worker_id,
    cast(null as {{ dbt.type_string() }}) as period_id,
    amount,
    currency,
    raw_file as file,
    raw_row_number as row_number,
    column_name,
    value,
    reason,
    remedy
from findings
