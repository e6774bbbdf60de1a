-- Rows of opportunity_splits that contradict other rows (docs/decisions/0004); each macro is a check of core_rejections.sql.
{%- set key = ['opportunity_id', 'user_id', 'split_type'] %}
{%- set other_columns = ['split_share'] %}
select * from {{ duplicate_rows('opportunity_splits', key, other_columns) }} as duplicates
union all
select * from {{ dangling_rows('opportunity_splits', key, 'opportunity_id', 'opportunities') }} as dangling
