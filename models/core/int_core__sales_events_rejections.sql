-- Rows of sales_events that contradict other rows (docs/decisions/0004); each macro is a check of core_rejections.sql.
{%- set key = ['event_id'] %}
{%- set other_columns = [
    'event_type', 'event_date', 'opportunity_id', 'account_id', 'product_id', 'owner_user_id', 'quantity', 'amount',
    'cost_amount', 'currency', 'term_months', 'opportunity_type', 'related_event_id'
] %}
select * from {{ duplicate_rows('sales_events', key, other_columns, within=['source_system']) }} as duplicates
union all
select * from {{ dangling_rows('sales_events', key, 'opportunity_id', 'opportunities') }} as dangling
union all
select * from {{ dangling_rows('sales_events', key, 'account_id', 'accounts') }} as dangling
union all
select * from {{ dangling_rows('sales_events', key, 'product_id', 'products') }} as dangling
union all
select * from {{ dangling_rows('sales_events', key, 'related_event_id', 'sales_events', within=['source_system']) }} as dangling
