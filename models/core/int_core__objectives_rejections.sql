-- Rows of objectives that contradict other rows (docs/decisions/0004); each macro is a check of core_rejections.sql.
{%- set key = ['objective_id'] %}
{%- set other_columns = [
    'worker_id', 'component_id', 'period', 'objective_name', 'weight', 'target_value', 'actual_value', 'score'
] %}
select * from {{ duplicate_rows('objectives', key, other_columns) }} as duplicates
union all
select * from {{ dangling_rows('objectives', key, 'worker_id', 'workers') }} as dangling
union all
select * from {{ dangling_rows('objectives', key, 'component_id', 'plan_components') }} as dangling
union all
select * from {{ unknown_period_rows('objectives', key) }} as unknown_periods
