{%- set line = 'transaction_id, measure_id, credit_rule_id, worker_id' %}
-- What a manager's reports keep together of a transaction that several people are credited for (calculation.md §3): once per
-- rule, at most 1, through the direct report who brought most of it, then the smallest id. Each worker's credit counts once:
-- the one that stays of those of the non-manager rules. Scaled splits have one divisor per transaction: shares over it and
-- plain ones are summed apart, and the sum keeps the divisor (kept_share ÷ share_divisor), so that three thirds are 1.
with ranked as (
    select
        *,
        row_number() over (
            partition by transaction_id, measure_id, worker_id
            order by
                priority, credit_share desc, {{ unrounded_share('part_share', 'share_divisor') }} desc,
                {{ bytewise('credit_rule_id') }}
        ) as place
    from {{ ref('int_credit__direct_credits') }}
    where direct_rule_count > 1
),

kept_credits as (
    select
        transaction_id,
        measure_id,
        worker_id,
        product_family,
        origin_event_date,
        part_share,
        share_divisor
    from ranked
    where place = 1
    union all
    select
        transaction_id,
        measure_id,
        worker_id,
        product_family,
        origin_event_date,
        part_share,
        share_divisor
    from {{ ref('int_credit__shared_credits') }}
    where direct_rule_count = 1
),

through_reports as (
    select
        kept.transaction_id,
        kept.measure_id,
        rules.credit_rule_id,
        lines.manager_worker_id as worker_id,
        lines.via_worker_id,
        sum(case when kept.share_divisor = 1 then kept.part_share else 0 end) as plain_share,
        sum(case when kept.share_divisor = 1 then 0 else kept.part_share end) as scaled_share,
        max(case when kept.share_divisor = 1 then null else kept.share_divisor end) as share_divisor
    from kept_credits as kept
    inner join {{ ref('int_credit__rules') }} as rules
        on
            kept.measure_id = rules.measure_id
            and (rules.product_family is null or kept.product_family = rules.product_family)
            and {{ holds_on('rules', 'kept.origin_event_date') }}
    inner join {{ ref('int_credit__reporting_lines') }} as lines
        on
            kept.worker_id = lines.worker_id
            and rules.manager_levels >= lines.level
            and kept.origin_event_date >= lines.valid_from
            and kept.origin_event_date < lines.valid_to
            and (rules.sales_role is null or rules.sales_role = lines.sales_role)
    where rules.credit_source = 'manager'
    group by kept.transaction_id, kept.measure_id, rules.credit_rule_id, lines.manager_worker_id, lines.via_worker_id
),

with_part as (
    select
        *,
        case
            when share_divisor is null then plain_share
            else plain_share + {{ div_round('scaled_share', 'share_divisor', 12, 12, 9) }}
        end as part_share
    from through_reports
),

summed as (
    select
        *,
        sum(plain_share) over best_first as all_plain,
        sum(scaled_share) over best_first as all_scaled,
        coalesce(max(share_divisor) over best_first, 1) as divisor,
        row_number() over (partition by {{ line }} order by part_share desc, {{ bytewise('via_worker_id') }}) as place
    from with_part
    window best_first as (
        partition by {{ line }} order by part_share desc, {{ bytewise('via_worker_id') }}
        rows between unbounded preceding and unbounded following
    )
)

select
    transaction_id,
    measure_id,
    credit_rule_id,
    worker_id,
    via_worker_id,
    cast(case
        when divisor = 1 and all_plain + all_scaled < 1 then all_plain + all_scaled
        when divisor = 1 then 1
        else least(divisor, {{ dec('all_plain', 12) }} * divisor + all_scaled)
    end as {{ fine_share() }}) as kept_share,
    cast(divisor as {{ share() }}) as share_divisor
from summed
where place = 1
