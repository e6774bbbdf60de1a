-- Rows of accounts that contradict other rows (docs/decisions/0004); each macro is a check of core_rejections.sql.
{%- set key = ['account_id'] %}
{%- set other_columns = [
    'account_name', 'parent_account_id', 'industry', 'segment', 'country', 'region', 'postal_code', 'owner_user_id'
] %}
select * from {{ duplicate_rows('accounts', key, other_columns) }} as duplicates
union all
select * from {{ dangling_rows('accounts', key, 'parent_account_id', 'accounts') }} as dangling
