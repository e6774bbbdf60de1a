-- Margin and revenue behind the credits of components whose tiers read a margin ratio (calculation.md §6), converted, not
-- rounded to the cent. Apart from int_quota__plan_credits, so that nobody else's credits are joined to their events.
select
    credits.credit_id,
    assignments.component_id,
    {{ dec(dec(dec('credits.credit_share * credits.reversal_share', 12)
        ~ ' * (transactions.amount - coalesce(transactions.cost_amount, 0))', 14)
        ~ ' * case when transactions.currency = assignments.currency then cast(1 as ' ~ rate() ~ ') else rates.rate end', 12) }}
        as converted_margin,
    {{ dec(dec(dec('credits.credit_share * credits.reversal_share', 12) ~ ' * transactions.amount', 14)
        ~ ' * case when transactions.currency = assignments.currency then cast(1 as ' ~ rate() ~ ') else rates.rate end', 12) }}
        as converted_revenue
from {{ ref('fct_credits') }} as credits
inner join {{ ref('int_quota__component_assignments') }} as assignments
    on
        credits.worker_id = assignments.worker_id
        and credits.measure_id = assignments.measure_id
        and credits.credit_date >= assignments.assigned_from
        and credits.credit_date < assignments.assigned_to
inner join {{ ref('fct_transactions') }} as transactions on credits.transaction_id = transactions.transaction_id
left join {{ ref('stg_rules__fx_rates') }} as rates
    on
        credits.origin_period_id = rates.period
        and transactions.currency = rates.from_currency
        and assignments.currency = rates.to_currency
where assignments.reads_margin
