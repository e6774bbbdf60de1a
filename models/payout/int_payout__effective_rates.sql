-- What a window has earned to date by unit of credit, where tiers move with the window, to 18 digits; 0 where the month pays
-- nothing, whatever the branch (calculation.md §6).
with terms as (
    select * from {{ ref('int_payout__credit_terms') }}
    where branch = 'effective_rate' or pays_nothing
),

paid_rates as (
    select
        position_number,
        modifier,
        case when not pays_nothing then tier_from end as tier_from,
        coalesce({{ payout_ratio('earned_to_date', 'credited_to_date', 2, 4) }}, 0) as paid_rate
    from terms
)

select
    position_number,
    modifier,
    tier_from,
    cast(case
        when modifier = 1 then paid_rate
        else coalesce({{ payout_ratio('paid_rate', 'modifier', 18, 18) }}, 0)
    end as {{ rate() }}) as rate,
    paid_rate,
    {{ payout_cents_rate('paid_rate') }} as cents_rate,
    {{ payout_rate_rest('paid_rate') }} as rate_rest
from paid_rates
