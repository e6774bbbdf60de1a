-- What is drawn and what was earned against it, by worker, kind of draw and open month (calculation.md §7: D_t and E_t, both
-- in the draw's currency at the month's rate, both rounded). Where two draws meet, D_t sums them, and the terms are those of
-- the last to begin by the end of the month. A line whose rate is missing stays out of E_t, and is an exception.
with drawn as (
    select
        worker_id,
        draw_type,
        period_id,
        month_index,
        ends_on,
        days_in_month,
        draw_currency as currency,
        sum(draw_days) as draw_days,
        sum({{ dec('amount_per_month', 2) }} * draw_days) as drawn_numerator
    from {{ ref('int_payout__draw_days') }}
    where currency = draw_currency
    group by worker_id, draw_type, period_id, month_index, ends_on, days_in_month, draw_currency
),

ranked_terms as (
    select
        worker_id,
        draw_type,
        period_id,
        currency,
        recovery_share,
        recovery_from,
        row_number() over (partition by worker_id, draw_type, period_id, currency order by valid_from desc) as recency
    from {{ ref('int_payout__draw_days') }}
    where currency = draw_currency
),

earned as (
    select
        drawn.worker_id,
        drawn.draw_type,
        drawn.period_id,
        drawn.currency,
        sum({{ dec('payable.amount', 2) }} * case when payable.currency = drawn.currency then 1 else rates.rate end) as amount
    from drawn
    inner join {{ ref('int_payout__payable') }} as payable
        on drawn.worker_id = payable.worker_id and drawn.period_id = payable.pay_period_id
    left join {{ ref('stg_rules__fx_rates') }} as rates
        on
            payable.pay_period_id = rates.period
            and payable.currency = rates.from_currency
            and drawn.currency = rates.to_currency
    group by drawn.worker_id, drawn.draw_type, drawn.period_id, drawn.currency
)

select
    drawn.worker_id,
    drawn.draw_type,
    drawn.period_id,
    drawn.month_index,
    drawn.ends_on,
    drawn.currency,
    drawn.draw_days,
    ranked_terms.recovery_share,
    ranked_terms.recovery_from,
    cast({{ div_round('drawn.drawn_numerator', 'drawn.days_in_month', 2, 2, 0) }} as {{ money() }}) as drawn_amount,
    cast(round(coalesce(earned.amount, 0), 2) as {{ money() }}) as earned_amount
from drawn
inner join ranked_terms
    on
        drawn.worker_id = ranked_terms.worker_id
        and drawn.draw_type = ranked_terms.draw_type
        and drawn.period_id = ranked_terms.period_id
        and drawn.currency = ranked_terms.currency
        and ranked_terms.recency = 1
left join earned
    on
        drawn.worker_id = earned.worker_id
        and drawn.draw_type = earned.draw_type
        and drawn.period_id = earned.period_id
        and drawn.currency = earned.currency
