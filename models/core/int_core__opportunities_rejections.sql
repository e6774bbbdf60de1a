-- Rows of opportunities that contradict other rows (docs/decisions/0004); each macro is a check of core_rejections.sql.
{%- set key = ['opportunity_id'] %}
{%- set other_columns = [
    'opportunity_name', 'account_id', 'owner_user_id', 'opportunity_type', 'stage', 'is_closed', 'is_won',
    'created_date', 'close_date', 'currency', 'amount', 'probability'
] %}
select * from {{ duplicate_rows('opportunities', key, other_columns) }} as duplicates
union all
select * from {{ dangling_rows('opportunities', key, 'account_id', 'accounts') }} as dangling
