-- How the credits of a month are to be listed in fct_deal_earnings, and on which terms (calculation.md §6): one by one where
-- their tiers can't move afterwards, else at the window's effective rate. Components that pay a rate of credit, in windows of
-- months; deals are in int_payout__deal_credits.
with positions as (
    select * from {{ ref('int_payout__positions') }}
    where payout_basis = 'credit' and pay_window <> 'deal'
),

earnings as (
    select * from {{ ref('int_payout__window_earnings') }}
)

select
    positions.position_number,
    positions.window_number,
    positions.worker_id,
    positions.component_id,
    positions.period_id,
    positions.month_index,
    case
        when positions.tier_method not in ('marginal', 'reached') then 'effective_rate'
        when positions.tier_basis = 'amount' or positions.quota_basis = 'full_window' then positions.tier_method
        else 'effective_rate'
    end as branch,
    earnings.pays_nothing,
    earnings.earned_to_date,
    positions.credited_to_date,
    earnings.tier_from,
    positions.band_from,
    positions.unit_amount,
    positions.cap_credit_amount,
    positions.cap_amount,
    positions.modifier
from positions
inner join earnings on positions.position_number = earnings.position_number
