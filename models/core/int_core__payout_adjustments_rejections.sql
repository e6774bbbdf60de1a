-- Rows of payout_adjustments that contradict other rows (docs/decisions/0004); each macro is a check of core_rejections.sql.
{%- set key = ['adjustment_id'] %}
{%- set other_columns = [
    'worker_id', 'component_id', 'period', 'amount', 'currency', 'reason', 'requested_by', 'approved_by'
] %}
select * from {{ duplicate_rows('payout_adjustments', key, other_columns) }} as duplicates
union all
select * from {{ dangling_rows('payout_adjustments', key, 'worker_id', 'workers') }} as dangling
union all
select * from {{ dangling_rows('payout_adjustments', key, 'component_id', 'plan_components') }} as dangling
union all
select * from {{ unknown_period_rows('payout_adjustments', key, month_only=true) }} as unknown_periods
