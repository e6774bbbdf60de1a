-- Rows of worker_jobs that contradict other rows (docs/decisions/0004); each macro is a check of core_rejections.sql.
{%- set key = ['worker_id', 'valid_from'] %}
{%- set other_columns = ['valid_to', 'job_title', 'sales_role', 'manager_worker_id', 'fte'] %}
select * from {{ duplicate_rows('worker_jobs', key, other_columns) }} as duplicates
union all
select * from {{ overlapping_rows('worker_jobs', key, 'valid_from', 'valid_to') }} as overlapping
union all
select * from {{ dangling_rows('worker_jobs', key, 'worker_id', 'workers') }} as dangling
union all
select * from {{ dangling_rows('worker_jobs', key, 'manager_worker_id', 'workers') }} as dangling
