-- One booking per order line; the lines of an order add up to its net total, rounded to the cent. Rounding each line by itself
-- misses that total in every second order, so the cents are apportioned by largest remainder (docs/decisions/0010).
-- The inner join drops a line without its order: stg_adventureworks__exceptions lists it.
with orders as (
    select
        sales_order_id,
        cast(order_date as date) as order_date,
        customer_id,
        sales_person_id,
        cast(round(sub_total, 2) * 100 as decimal(38, 0)) as order_cents,
        _file as order_file,
        _row_number as order_row_number
    from {{ current_rows('raw_adventureworks', 'sales_order_header') }} as landed
),

order_lines as (
    select
        sales_order_id,
        sales_order_detail_id,
        product_id,
        order_qty,
        cast(floor(line_total * 100) as decimal(38, 0)) as whole_cents,
        {{ provenance() }},
        {{ dec('line_total * 100', 4) }} - cast(floor(line_total * 100) as decimal(38, 0)) as rest_of_cent
    from {{ current_rows('raw_adventureworks', 'sales_order_detail') }} as landed
),

-- An order that is there twice is apportioned twice, each time whole: hence its row in the partition, not its id.
apportioned as (
    select
        order_lines.*,
        orders.order_date,
        orders.customer_id,
        orders.sales_person_id,
        orders.order_cents - sum(order_lines.whole_cents) over (
            partition by orders.order_file, orders.order_row_number
        ) as spare_cents,
        row_number() over (
            partition by orders.order_file, orders.order_row_number
            order by order_lines.rest_of_cent desc, order_lines.sales_order_detail_id asc
        ) as place
    from order_lines
    inner join orders on order_lines.sales_order_id = orders.sales_order_id
)

select
    'adventureworks' as source_system,
    cast(sales_order_id as {{ dbt.type_string() }}) || '-'
    || cast(sales_order_detail_id as {{ dbt.type_string() }}) as event_id,
    'booking' as event_type,
    order_date as event_date,
    cast(null as {{ dbt.type_string() }}) as opportunity_id,
    cast(customer_id as {{ dbt.type_string() }}) as account_id,
    cast(product_id as {{ dbt.type_string() }}) as product_id,
    cast(sales_person_id as {{ dbt.type_string() }}) as owner_user_id,
    cast(order_qty as {{ qty() }}) as quantity,
    cast((whole_cents + case when place <= spare_cents then 1 else 0 end) * 0.01 as {{ money() }}) as amount,
    cast(null as {{ money() }}) as cost_amount,
    'USD' as currency,
    cast(null as integer) as term_months,
    cast(null as {{ dbt.type_string() }}) as opportunity_type,
    cast(null as {{ dbt.type_string() }}) as related_event_id,
    raw_load_id,
    raw_file,
    raw_row_number
from apportioned
