-- What is odd about orders and their lines (docs/decisions/0010). None of it is mended: credit follows the order's salesperson
-- and the order's own amount, and each row here says what that decided. Online orders are no part of it, core lists them.
with orders as (
    select
        sales_order_id,
        cast(order_date as date) as order_date,
        sales_person_id,
        territory_id,
        currency_rate_id,
        cast(round(sub_total, 2) as {{ money() }}) as order_amount,
        sub_total,
        {{ provenance() }}
    from {{ current_rows('raw_adventureworks', 'sales_order_header') }} as landed
),

order_lines as (
    select sales_order_id, sales_order_detail_id, line_total, {{ provenance() }}
    from {{ current_rows('raw_adventureworks', 'sales_order_detail') }} as landed
),

territory_history as (
    select
        business_entity_id,
        territory_id,
        cast(start_date as date) as start_date,
        coalesce(cast(end_date as date), date '9999-12-31') as end_date
    from {{ current_rows('raw_adventureworks', 'sales_territory_history') }} as landed
),

-- How many of the territories held on the date are the order's, and how many there are at all.
held_territories as (
    select
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
    group by orders.raw_file, orders.raw_row_number
),

order_totals as (
    select sales_order_id, sum(line_total) as lines_total
    from order_lines
    group by sales_order_id
),

sold_elsewhere as (
    select
        orders.*,
        case when held_territories.held_count = 0 then 'sold_without_territory' else 'sold_outside_territory' end as kind
    from orders
    inner join held_territories
        on orders.raw_file = held_territories.raw_file and orders.raw_row_number = held_territories.raw_row_number
    where held_territories.own_count = 0
),

order_findings as (
    select
        kind, 'info' as severity, sales_order_id, sales_person_id, order_amount as amount, raw_file, raw_row_number,
        'territory_id' as column_name, cast(territory_id as {{ dbt.type_string() }}) as value
    from sold_elsewhere
    union all
    select
        'currency_rate_not_applied' as kind, 'info' as severity, sales_order_id, sales_person_id, order_amount as amount,
        raw_file, raw_row_number, 'currency_rate_id' as column_name, cast(currency_rate_id as {{ dbt.type_string() }}) as value
    from orders
    where currency_rate_id is not null and sales_person_id is not null
    union all
    -- A sub_total is the sum of its lines, rounded to 4 decimals.
    select
        'order_total_mismatch' as kind, 'error' as severity, orders.sales_order_id, orders.sales_person_id,
        cast(round(orders.sub_total - coalesce(order_totals.lines_total, 0), 2) as {{ money() }}) as amount,
        orders.raw_file, orders.raw_row_number, 'sub_total' as column_name,
        cast(orders.sub_total as {{ dbt.type_string() }}) as value
    from orders
    left join order_totals on orders.sales_order_id = order_totals.sales_order_id
    where round(coalesce(order_totals.lines_total, 0), 4) <> orders.sub_total
)

select
    kind,
    severity,
    cast(sales_order_id as {{ dbt.type_string() }}) as record_key,
    cast(sales_person_id as {{ dbt.type_string() }}) as worker_id,
    amount,
    raw_file,
    raw_row_number,
    column_name,
    value
from order_findings
union all
select
    'dangling_reference' as kind,
    'error' as severity,
    cast(order_lines.sales_order_id as {{ dbt.type_string() }})
    || '-' || cast(order_lines.sales_order_detail_id as {{ dbt.type_string() }}) as record_key,
    cast(null as {{ dbt.type_string() }}) as worker_id,
    cast(round(order_lines.line_total, 2) as {{ money() }}) as amount,
    order_lines.raw_file,
    order_lines.raw_row_number,
    'sales_order_id' as column_name,
    cast(order_lines.sales_order_id as {{ dbt.type_string() }}) as value
from order_lines
left join orders on order_lines.sales_order_id = orders.sales_order_id
where orders.sales_order_id is null
