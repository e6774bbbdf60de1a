-- Rows of worker_compensation that contradict other rows (docs/decisions/0004); each macro is a check of core_rejections.sql.
{%- set key = ['worker_id', 'valid_from'] %}
{%- set other_columns = ['valid_to', 'base_salary', 'target_incentive', 'currency'] %}
select * from {{ duplicate_rows('worker_compensation', key, other_columns) }} as duplicates
union all
select * from {{ overlapping_rows('worker_compensation', key, 'valid_from', 'valid_to') }} as overlapping
union all
select * from {{ dangling_rows('worker_compensation', key, 'worker_id', 'workers') }} as dangling
