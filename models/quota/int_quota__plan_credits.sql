-- Credits that count on a component, in its plan's currency (calculation.md §5). One credit may count on several components
-- and plans. What doesn't count (no rate, a cancellation whose event didn't) is listed by int_quota__exceptions.
with counted_reversals as (
    select
        credit_id,
        component_id
    from {{ ref('int_quota__counted_reversals') }}
    group by credit_id, component_id
),

-- The keys of the joins below are null where there is nothing to look up, and null keys are not probed: 33 s of CPU instead of
-- 42 for 20 million credits, of which 23 are writing the rows (measured 2026-11-25).
matched as (
    select
        credits.worker_id,
        assignments.component_id,
        credits.period_id,
        credits.credit_id,
        credits.transaction_id,
        credits.origin_transaction_id,
        credits.origin_period_id,
        credits.credit_date,
        credits.credit_amount,
        assignments.currency as plan_currency,
        coalesce(assignments.is_money and (credits.currency is null or credits.currency <> assignments.currency), false)
            as is_foreign,
        case when assignments.is_money and credits.currency <> assignments.currency then credits.currency end as foreign_currency,
        case when assignments.reads_margin then credits.credit_id end as margin_credit_id,
        case when credits.origin_transaction_id <> credits.transaction_id then credits.credit_id end as reversing_credit_id
    from {{ ref('fct_credits') }} as credits
    inner join {{ ref('int_quota__component_assignments') }} as assignments
        on
            credits.worker_id = assignments.worker_id
            and credits.measure_id = assignments.measure_id
            and credits.credit_date >= assignments.assigned_from
            and credits.credit_date < assignments.assigned_to
)

select
    matched.worker_id,
    matched.component_id,
    matched.period_id,
    matched.credit_id,
    matched.transaction_id,
    matched.origin_transaction_id,
    matched.credit_date,
    case
        when matched.is_foreign then cast({{ mul_round('matched.credit_amount', 'rates.rate', 8, 2) }} as {{ qty() }})
        else matched.credit_amount
    end as converted_amount,
    margins.converted_margin,
    margins.converted_revenue
from matched
left join {{ ref('stg_rules__fx_rates') }} as rates
    on
        matched.foreign_currency = rates.from_currency
        and matched.plan_currency = rates.to_currency
        and matched.origin_period_id = rates.period
left join counted_reversals
    on matched.reversing_credit_id = counted_reversals.credit_id and matched.component_id = counted_reversals.component_id
left join {{ ref('int_quota__margin_credits') }} as margins
    on matched.margin_credit_id = margins.credit_id and matched.component_id = margins.component_id
where
    (not matched.is_foreign or rates.rate is not null)
    and (matched.reversing_credit_id is null or counted_reversals.credit_id is not null)
