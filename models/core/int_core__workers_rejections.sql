-- Rows of workers that contradict other rows (docs/decisions/0004); each macro is a check of core_rejections.sql.
{%- set key = ['worker_id'] %}
{%- set other_columns = ['worker_name', 'email', 'hire_date', 'termination_date', 'country', 'payroll_currency'] %}
select * from {{ duplicate_rows('workers', key, other_columns) }} as duplicates
