-- Rows of draws that contradict other rows (docs/decisions/0004); each macro is a check of core_rejections.sql.
{%- set key = ['worker_id', 'draw_type', 'valid_from'] %}
{%- set other_columns = ['valid_to', 'amount_per_month', 'currency', 'recovery_share', 'recovery_from'] %}
select * from {{ duplicate_rows('draws', key, other_columns) }} as duplicates
union all
select * from {{ overlapping_rows('draws', key, 'valid_from', 'valid_to') }} as overlapping
union all
select * from {{ dangling_rows('draws', key, 'worker_id', 'workers') }} as dangling
