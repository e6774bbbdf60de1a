-- Rows of quotas that contradict other rows (docs/decisions/0004); each macro is a check of core_rejections.sql.
{%- set key = ['worker_id', 'measure_id', 'period'] %}
{%- set other_columns = ['quota_amount'] %}
select * from {{ duplicate_rows('quotas', key, other_columns) }} as duplicates
union all
select * from {{ dangling_rows('quotas', key, 'worker_id', 'workers') }} as dangling
union all
select * from {{ dangling_rows('quotas', key, 'measure_id', 'measures') }} as dangling
union all
select * from {{ unknown_period_rows('quotas', key) }} as unknown_periods
