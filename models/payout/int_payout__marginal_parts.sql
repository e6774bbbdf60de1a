{{ config(materialized='view') }}
-- Each span of a credit, tier by tier, with what the tier pays for it (calculation.md §6). A part in no tier has tier_from
-- null; so has what cap_attainment cut, and a credit of 0: part 0. With cap_amount, what the window has earned at either end
-- of the part.
with spans as (
    select * from {{ ref('int_payout__marginal_spans') }}
),

steps as (
    select * from {{ ref('int_payout__position_steps') }}
),

touched as (
    select
        spans.*,
        steps.step_number as part_number,
        steps.tier_from,
        steps.rate,
        steps.cap_amount,
        steps.paid_rate,
        steps.paid_below,
        steps.paid_from,
        steps.cents_rate,
        steps.rate_rest,
        case when steps.step_low > spans.span_low then steps.step_low else spans.span_low end as part_low,
        case when steps.step_high < spans.span_high then steps.step_high else spans.span_high end as part_high,
        spans.converted_amount < 0 as is_negative
    from spans
    inner join steps
        on
            spans.position_number = steps.position_number
            and (steps.step_low is null or spans.span_high > steps.step_low)
            and (steps.step_high is null or spans.span_low < steps.step_high)
    where spans.span_low < spans.span_high
),

paid as (
    select
        *,
        cap_amount is null and tier_from is not null
        and part_high - part_low = abs(converted_amount)
        and {{ is_narrow_piece('converted_amount', 'cents_rate', 'rate_rest') }} as is_narrow,
        case when is_negative then part_high else part_low end as part_start,
        case when is_negative then part_low else part_high end as part_end
    from touched
)

select
    position_number,
    credit_id,
    part_number,
    transaction_id,
    is_cancellation,
    credit_date,
    cap_amount,
    modifier,
    tier_from,
    rate,
    is_narrow,
    converted_amount,
    cents_rate,
    rate_rest,
    case when not is_narrow then {{ dec('part_end - part_start', 10) }} end as part_amount,
    case
        when not is_narrow and cap_amount is null
            then {{ dec(payout_times(dec('part_end - part_start', 18), 'paid_rate'), 18) }}
    end as exact_amount,
    case
        when cap_amount is not null
            then paid_below + {{ dec(payout_times(dec('part_start - paid_from', 18), 'paid_rate'), 18) }}
    end as earned_before,
    case
        when cap_amount is not null
            then paid_below + {{ dec(payout_times(dec('part_end - paid_from', 18), 'paid_rate'), 18) }}
    end as earned_after
from paid
union all
select
    position_number,
    credit_id,
    0 as part_number,
    transaction_id,
    is_cancellation,
    credit_date,
    null as cap_amount,
    modifier,
    null as tier_from,
    0 as rate,
    false as is_narrow,
    converted_amount,
    null as cents_rate,
    null as rate_rest,
    {{ dec('converted_amount - (span_end - span_start)', 10) }} as part_amount,
    {{ dec('0', 18) }} as exact_amount,
    null as earned_before,
    null as earned_after
from spans
where is_cut
