-- Rows of worker_leaves that contradict other rows (docs/decisions/0004); each macro is a check of core_rejections.sql.
{%- set key = ['worker_id', 'leave_from'] %}
{%- set other_columns = ['leave_to', 'leave_type', 'is_paid'] %}
select * from {{ duplicate_rows('worker_leaves', key, other_columns) }} as duplicates
union all
select * from {{ dangling_rows('worker_leaves', key, 'worker_id', 'workers') }} as dangling
