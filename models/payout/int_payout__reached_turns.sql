-- Tier method `reached`: where a credit's place stands before and after it, and at which tier (calculation.md §6).
with running as (
    select * from {{ ref('int_payout__reached_order') }}
),

terms as (
    select * from {{ ref('int_payout__credit_terms') }}
    where branch = 'reached'
),

steps as (
    select * from {{ ref('int_payout__tier_steps') }}
),

-- what stands in earlier places when a cancellation comes: elsewhere all that came before
changes as (
    select
        running.window_number,
        running.turn,
        coalesce(sum(earlier.converted_amount), 0) as earlier_total
    from running
    left join running as earlier
        on
            running.window_number = earlier.window_number
            and running.turn > earlier.turn
            and running.place > earlier.place
    where running.is_change
    group by running.window_number, running.turn
),

totals as (
    select
        running.*,
        terms.component_id,
        terms.band_from,
        terms.unit_amount,
        terms.cap_amount,
        terms.modifier,
        terms.pays_nothing,
        {{ dec('coalesce(changes.earlier_total, running.total_before)', 10) }} as earlier_amount,
        {{ dec('running.place_before', 10) }} as place_amount,
        {{ dec('coalesce(terms.cap_credit_amount, 9999999999999999)', 10) }} as limit_amount
    from running
    inner join terms on running.position_number = terms.position_number
    left join changes on running.window_number = changes.window_number and running.turn = changes.turn
),

stands as (
    select
        totals.*,
        least(earlier_amount, limit_amount) as stands_at,
        least({{ dec('earlier_amount + place_amount', 10) }}, limit_amount) as reached_before,
        least({{ dec('earlier_amount + place_amount + converted_amount', 10) }}, limit_amount) as reached_after
    from totals
)

select
    stands.position_number,
    stands.window_number,
    stands.turn,
    stands.credit_id,
    stands.transaction_id,
    stands.is_cancellation,
    stands.credit_date,
    stands.converted_amount,
    stands.pays_nothing,
    stands.cap_amount,
    stands.modifier,
    stands.is_change,
    after_steps.tier_from,
    coalesce(after_steps.rate, 0) as rate,
    {{ dec('stands.reached_after - stands.stands_at', 10) }} as part_amount,
    case
        when stands.place_before = 0 then {{ dec('0', 18) }}
        else {{ dec(dec('stands.reached_before - stands.stands_at', 10) ~ ' * coalesce(before_steps.rate, 0)', 18) }}
    end as value_before,
    {{ dec(dec('stands.reached_after - stands.stands_at', 10) ~ ' * coalesce(after_steps.rate, 0)', 18) }} as value_after
from stands
left join steps as before_steps
    on
        stands.component_id = before_steps.component_id
        and stands.band_from = before_steps.band_from
        and {{ in_tier_step('before_steps', 'stands.reached_before', 'stands.unit_amount') }}
left join steps as after_steps
    on
        stands.component_id = after_steps.component_id
        and stands.band_from = after_steps.band_from
        and {{ in_tier_step('after_steps', 'stands.reached_after', 'stands.unit_amount') }}
