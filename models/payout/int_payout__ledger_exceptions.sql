-- Adjustments that are not paid, and settled lines that point at nothing any more (calculation.md §7).
with unapproved as (
    select
        'unapproved_adjustment' as kind,
        'warn' as severity,
        'payout_adjustments' as entity,
        adjustment_id as record_key,
        worker_id,
        period as period_id,
        amount,
        currency,
        raw_file,
        raw_row_number,
        'approved_by' as column_name,
        approved_by as value,
        'Nobody but who requested it has approved this adjustment; it is not paid.' as reason,
        'Have somebody else approve it (approved_by), or take it out.' as remedy
    from {{ ref('int_core__payout_adjustments') }}
    where not is_approved
),

withdrawn as (
    select
        'settled_manual_line_without_adjustment' as kind,
        'warn' as severity,
        'settled_payouts' as entity,
        settled.worker_id || '|' || coalesce(settled.component_id, '') || '|' || settled.period_id || '|' || settled.currency
            as record_key,
        settled.worker_id,
        settled.period_id,
        sum(settled.amount) as amount,
        settled.currency,
        cast(null as {{ dbt.type_string() }}) as raw_file,
        cast(null as bigint) as raw_row_number,
        'amount' as column_name,
        cast(cast(sum(settled.amount) as {{ money() }}) as {{ dbt.type_string() }}) as value,
        'The ledger paid a manual line whose adjustment is no longer delivered; nothing is taken back.' as reason,
        'To take it back, deliver an adjustment of the opposite amount; else deliver the old one again.' as remedy
    from {{ ref('int_payout__manual_matches') }} as settled
    left join {{ ref('int_payout__manual_matches') }} as unpaid
        on
            settled.worker_id = unpaid.worker_id
            and coalesce(settled.component_id, '') = coalesce(unpaid.component_id, '')
            and settled.period_id = unpaid.period_id
            and settled.currency = unpaid.currency
            and not unpaid.is_settled
    where not settled.is_approved and unpaid.worker_id is null
    group by settled.worker_id, settled.component_id, settled.period_id, settled.currency
),

unknown_components as (
    select
        'settled_component_unknown' as kind,
        'error' as severity,
        'settled_payouts' as entity,
        settled.component_id as record_key,
        cast(null as {{ dbt.type_string() }}) as worker_id,
        min(settled.earned_period_id) as period_id,
        sum(settled.amount) as amount,
        min(settled.currency) as currency,
        cast(null as {{ dbt.type_string() }}) as raw_file,
        cast(null as bigint) as raw_row_number,
        'component_id' as column_name,
        settled.component_id as value,
        'The ledger has lines of a component that the rules no longer have; all it paid is taken back.' as reason,
        'Put the component back into plan_components.csv; to end it, end the plan assignments.' as remedy
    from {{ ref('stg_ledger__settled_payouts') }} as settled
    left join {{ ref('stg_rules__plan_components') }} as components on settled.component_id = components.component_id
    where settled.component_id is not null and components.component_id is null
    group by settled.component_id
),

unknown_workers as (
    select
        'settled_worker_unknown' as kind,
        'error' as severity,
        'settled_payouts' as entity,
        settled.worker_id as record_key,
        settled.worker_id,
        min(settled.earned_period_id) as period_id,
        sum(settled.amount) as amount,
        min(settled.currency) as currency,
        cast(null as {{ dbt.type_string() }}) as raw_file,
        cast(null as bigint) as raw_row_number,
        'worker_id' as column_name,
        settled.worker_id as value,
        'The ledger has lines of a worker whom HR no longer delivers; all that was earned is taken back.' as reason,
        'Deliver the worker, with a termination_date if they left.' as remedy
    from {{ ref('stg_ledger__settled_payouts') }} as settled
    left join {{ ref('dim_workers') }} as workers on settled.worker_id = workers.worker_id
    where workers.worker_id is null
    group by settled.worker_id
)

select * from unapproved
union all
select * from withdrawn
union all
select * from unknown_components
union all
select * from unknown_workers
