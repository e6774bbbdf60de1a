-- What stands in the way of crediting as such: splits that don't sum to 1, reporting lines that run in a circle, rules that ask
-- for more levels of managers than are looked at (calculation.md §3).
with splits as (
    select
        shares.opportunity_id,
        shares.split_sum,
        splits.raw_file,
        splits.raw_row_number,
        row_number() over (partition by shares.opportunity_id order by {{ bytewise('shares.user_id') }}) as place
    from {{ ref('int_credit__opportunity_shares') }} as shares
    inner join {{ ref('int_core__opportunity_splits') }} as splits
        on
            shares.opportunity_id = splits.opportunity_id
            and shares.user_id = splits.user_id
            and shares.split_type = splits.split_type
    where shares.split_type = 'revenue' and abs(shares.split_sum - 1) > 0.00001
),

cycles as (
    select
        members,
        min(worker_id) as worker_id,
        min(valid_from) as valid_from
    from {{ ref('int_credit__reporting_chains') }}
    where closes_cycle and starts_at_smallest
    group by members
)

select
    {{ credit_exception(
        kind="'revenue_split_sum'",
        severity="'warn'",
        entity="'opportunity_splits'",
        record_key='splits.opportunity_id',
        file='splits.raw_file', row_number='splits.raw_row_number',
        column_name="'split_share'", value='splits.split_sum',
        reason="'The revenue splits sum to ' || cast(splits.split_sum as " ~ dbt.type_string()
            ~ ") || ', not to 1; they are used as given.'",
        remedy="'Correct the splits of the opportunity in the CRM.'"
    ) }}
from splits
where splits.place = 1
union all
select
    {{ credit_exception(
        kind="'reporting_cycle'",
        severity="'error'",
        entity="'worker_jobs'",
        record_key='cycles.members',
        worker_id='cycles.worker_id',
        column_name="'manager_worker_id'", value='cycles.members',
        reason="'These workers report to each other in a circle from ' || cast(cycles.valid_from as " ~ dbt.type_string()
            ~ ") || ' on: ' || cycles.members || '. Managers are credited up to where the circle closes.'",
        remedy="'Correct manager_worker_id of one of them.'"
    ) }}
from cycles
union all
select
    {{ credit_exception(
        kind="'manager_levels_too_many'",
        severity="'error'",
        entity="'credit_rules'",
        record_key='rules.credit_rule_id',
        column_name="'manager_levels'", value='rules.manager_levels',
        reason="'Asks for ' || cast(rules.manager_levels as " ~ dbt.type_string() ~ ") || ' levels of managers; only "
            ~ var('max_manager_levels', 10) ~ " are credited.'",
        remedy="'Lower manager_levels, or raise the variable max_manager_levels in dbt_project.yml.'"
    ) }}
from {{ ref('int_credit__rules') }} as rules
where rules.credit_source = 'manager' and rules.manager_levels > {{ var('max_manager_levels', 10) }}
