-- Rows of products that contradict other rows (docs/decisions/0004); each macro is a check of core_rejections.sql.
{%- set key = ['product_id'] %}
{%- set other_columns = ['product_name', 'product_family'] %}
select * from {{ duplicate_rows('products', key, other_columns) }} as duplicates
