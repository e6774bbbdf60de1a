-- Rows of plan_assignments that contradict other rows (docs/decisions/0004); each macro is a check of core_rejections.sql.
{%- set key = ['worker_id', 'plan_id', 'valid_from'] %}
{%- set other_columns = ['valid_to', 'target_incentive'] %}
select * from {{ duplicate_rows('plan_assignments', key, other_columns) }} as duplicates
union all
select * from {{ overlapping_rows('plan_assignments', key, 'valid_from', 'valid_to') }} as overlapping
union all
select * from {{ dangling_rows('plan_assignments', key, 'worker_id', 'workers') }} as dangling
union all
select * from {{ dangling_rows('plan_assignments', key, 'plan_id', 'plans') }} as dangling
