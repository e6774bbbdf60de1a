-- Rows of territory_assignments that contradict other rows (docs/decisions/0004); each macro is a check of core_rejections.sql.
{%- set key = ['territory_id', 'worker_id', 'assignment_role', 'valid_from'] %}
{%- set other_columns = ['valid_to', 'credit_share'] %}
select * from {{ duplicate_rows('territory_assignments', key, other_columns) }} as duplicates
union all
select * from {{ overlapping_rows('territory_assignments', key, 'valid_from', 'valid_to') }} as overlapping
union all
select * from {{ dangling_rows('territory_assignments', key, 'territory_id', 'territories') }} as dangling
union all
select * from {{ dangling_rows('territory_assignments', key, 'worker_id', 'workers') }} as dangling
