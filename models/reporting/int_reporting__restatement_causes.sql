-- What changed behind each adjustment: open ones are compared with the latest closing, settled ones keep what was found when
-- they were closed.
with months as (
    select * from {{ ref('int_reporting__adjusted_months') }}
),

-- One line for each change of the rules, however many months it moves.
lines as (
    select distinct
        payout_line_id,
        component_id,
        plan_id,
        measure_id
    from months
)

select
    payout_line_id,
    'recomputed' as cause,
    'fct_earnings' as entity,
    earned_period_id as record_key,
    'earned_amount' as column_name,
    cast(old_amount as {{ dbt.type_string() }}) as old_value,
    cast(new_amount as {{ dbt.type_string() }}) as new_value
from {{ ref('int_reporting__recomputed_earnings') }}
union all
select
    months.payout_line_id,
    case
        when changes.old_amount is null then 'credit_added'
        when changes.new_amount is null then 'credit_removed'
        else 'credit_changed'
    end as cause,
    'sales_events' as entity,
    coalesce(transactions.event_id, changes.transaction_id) as record_key,
    changes.credit_id as column_name,
    cast(changes.old_amount as {{ dbt.type_string() }}) as old_value,
    cast(changes.new_amount as {{ dbt.type_string() }}) as new_value
from months
inner join {{ ref('int_reporting__credit_changes') }} as changes
    on
        months.worker_id = changes.worker_id
        and months.measure_id = changes.measure_id
        and months.period_id = changes.period_id
left join {{ ref('fct_transactions') }} as transactions on changes.transaction_id = transactions.transaction_id
union all
select
    months.payout_line_id,
    'planning_changed' as cause,
    case changes.column_name when 'quota_amount' then 'quotas' else 'fct_attainment' end as entity,
    changes.period_id as record_key,
    changes.column_name,
    changes.old_value,
    changes.new_value
from months
inner join {{ ref('int_reporting__planning_changes') }} as changes
    on
        months.worker_id = changes.worker_id
        and coalesce(changes.component_id, months.component_id) = months.component_id
        and coalesce(changes.measure_id, months.measure_id) = months.measure_id
        and (
            (changes.column_name <> 'quota_amount' and months.period_id = changes.period_id)
            or (
                changes.column_name = 'quota_amount'
                and months.period_id = months.earned_period_id
                and months.year_id = substring(changes.period_id, 1, 6)
            )
        )
union all
select
    lines.payout_line_id,
    'rule_changed' as cause,
    rules.entity,
    rules.record_key,
    rules.column_name,
    rules.old_value,
    rules.new_value
from lines
inner join {{ ref('int_reporting__rule_changes') }} as rules
    on
        coalesce(rules.component_id, lines.component_id) = lines.component_id
        and coalesce(rules.plan_id, lines.plan_id) = lines.plan_id
        and (rules.measure_id is null or lines.measure_id = rules.measure_id)
union all
select
    recomputed.payout_line_id,
    'code_changed' as cause,
    'quotaline' as entity,
    'code_revision' as record_key,
    'code_revision' as column_name,
    closings.code_revision as old_value,
    '{{ env_var('QUOTALINE_CODE_REVISION') }}' as new_value
from {{ ref('int_reporting__recomputed_earnings') }} as recomputed
cross join {{ ref('stg_ledger__closed_periods') }} as closings
where
    closings.period_id = (select max(latest.period_id) from {{ ref('stg_ledger__closed_periods') }} as latest)
    and closings.code_revision <> '{{ env_var('QUOTALINE_CODE_REVISION') }}'
union all
select
    payout_line_id,
    cause,
    entity,
    record_key,
    column_name,
    old_value,
    new_value
from {{ ref('stg_ledger__closed_restatements') }}
