{{ config(materialized='view') }}
-- Who works the territory of a transaction's account (calculation.md §3): in the rule's map, or in each. As of the event's
-- date, a cancellation's as of the event it reverses. An account without territory, or a territory without anyone employed in
-- the rule's role, stays, without worker: int_credit__exceptions lists it.
with maps as (
    select count(distinct coalesce(alignment, '')) as map_count
    from {{ ref('stg_rules__territories') }}
),

by_rule as (
    select
        measured.*,
        rules.credit_rule_id,
        rules.priority,
        rules.sales_role,
        rules.alignment as rule_alignment,
        coalesce(rules.assignment_role, '') as asked_role,
        rules.direct_rule_count,
        rules.manager_rule_count,
        rules.covers_all,
        rules.credit_share as rule_share,
        coalesce(rules.alignment is null and maps.map_count > 1, false) as reads_many_maps
    from {{ ref('int_credit__measured_transactions') }} as measured
    inner join {{ ref('int_credit__rules') }} as rules
        on
            measured.measure_id = rules.measure_id
            and (rules.product_family is null or measured.product_family = rules.product_family)
            and {{ holds_on('rules', 'measured.origin_event_date') }}
    cross join maps
    where rules.credit_source = 'territory'
),

parts as (
    select
        by_rule.*,
        alignments.alignment,
        alignments.territory_id
    from by_rule
    inner join {{ ref('int_credit__alignment_lookup') }} as alignments
        on
            coalesce(by_rule.account_id, '') = alignments.account_id
            and by_rule.origin_event_date >= alignments.valid_from
            and by_rule.origin_event_date < alignments.valid_to
            and (by_rule.rule_alignment is null or by_rule.rule_alignment = alignments.alignment)
            and (
                by_rule.product_family = alignments.product_family
                or (
                    alignments.product_family = ''
                    and (
                        alignments.other_families is null
                        or by_rule.product_family is null
                        or position('|' || by_rule.product_family || '|' in alignments.other_families) = 0
                    )
                )
            )
)

select
    parts.transaction_id,
    parts.measure_id,
    parts.credit_rule_id,
    'territory' as credit_source,
    parts.priority,
    parts.alignment,
    parts.territory_id,
    cast(null as {{ dbt.type_string() }}) as user_id,
    staff.assignment_role,
    staff.worker_id,
    case
        when parts.territory_id is null then 'unaligned'
        when staff.worker_id is null then 'nobody_employed'
        when parts.sales_role is null or staff.sales_role = parts.sales_role then 'credited'
        else 'other_role'
    end as outcome,
    {{ share_of_share('parts.rule_share', 'coalesce(staff.credit_share, cast(1 as ' ~ share() ~ '))') }} as part_share,
    cast(1 as {{ share() }}) as share_divisor,
    coalesce(parts.reads_many_maps or staff.has_peers, false) as is_shared,
    parts.direct_rule_count,
    parts.manager_rule_count,
    parts.covers_all,
    parts.value,
    parts.reversal_share,
    parts.is_money,
    parts.currency,
    parts.product_family,
    parts.period_id,
    parts.credit_date,
    parts.origin_transaction_id,
    parts.origin_event_date,
    parts.origin_period_id
from parts
left join {{ ref('int_credit__territory_staff') }} as staff
    on
        parts.territory_id = staff.territory_id
        and parts.asked_role = staff.asked_role
        and parts.origin_event_date >= staff.valid_from
        and parts.origin_event_date < staff.valid_to
