-- Rows of crm_users that contradict other rows (docs/decisions/0004); each macro is a check of core_rejections.sql.
{%- set key = ['user_id'] %}
{%- set other_columns = ['worker_id', 'email', 'user_name'] %}
select * from {{ duplicate_rows('crm_users', key, other_columns) }} as duplicates
union all
select * from {{ dangling_rows('crm_users', key, 'worker_id', 'workers') }} as dangling
