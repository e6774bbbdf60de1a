"""The payout suite: every cent earned is paid, held, still to come, or settled; within caps, to people employed."""

from __future__ import annotations

from orchestration.quality.quota import IN_FUTURE
from orchestration.quality.suite import Invariant, Room

OF_ATTAINMENT = """
    (select worker_id, component_id, period_id from quota.fct_attainment
        except select worker_id, component_id, period_id from {rows})
    union all
    (select worker_id, component_id, period_id from {rows}
        except select worker_id, component_id, period_id from quota.fct_attainment)
    """

# With a window a deal, what a month shows to date is the month's own.
WINDOWS = """
    select worker_id, component_id, period_id, earned_to_date, window_sum from (
        select earnings.*, components.pay_window, sum(earned_amount) over (
            partition by worker_id, component_id, window_id order by periods.month_index
        ) as window_sum
        from {rows} as earnings
        inner join core.dim_periods as periods using (period_id)
        left join core.dim_plan_components as components using (component_id)
    ) as months
    where earned_to_date <> if(pay_window = 'deal', earned_amount, window_sum)
    """

CAPPED = """
    select worker_id, component_id, period_id, earnings.earned_to_date, components.cap_amount
    from {rows} as earnings inner join core.dim_plan_components as components using (component_id)
    where components.pay_window <> 'deal' and earnings.earned_to_date > components.cap_amount
    """

CAPPED_POSITIONS = """
    select worker_id, component_id, period_id, earnings.tier_position, components.cap_attainment
    from {rows} as earnings inner join core.dim_plan_components as components using (component_id)
    where components.tier_basis = 'attainment' and earnings.tier_position > components.cap_attainment
    """

# A deal's parts are apportioned to the cent, so that a capped deal may show a cent more in each.
CAPPED_DEALS = """
    select parts.worker_id, parts.component_id, credits.origin_transaction_id as transaction_id,
        sum(parts.earned_amount) as earned_amount, max(components.cap_amount) as cap_amount
    from {rows} as parts
    inner join core.dim_plan_components as components using (component_id)
    inner join credit.fct_credits as credits using (credit_id)
    where components.pay_window = 'deal' and components.cap_amount is not null
    group by parts.worker_id, parts.component_id, credits.origin_transaction_id
    having sum(parts.earned_amount) > max(components.cap_amount) + count(*) * 0.01
    """

# A missing side is 0: an inner join would let it pass.
DEALS_ADD_UP = """
    with on_credit as (select component_id from core.dim_plan_components where payout_basis = 'credit'),
    sides as (
        select worker_id, component_id, period_id, earned_amount, 0 as deal_amount
        from payout.fct_earnings where component_id in (select component_id from on_credit)
        union all
        select worker_id, component_id, period_id, 0, sum(earned_amount) from {rows}
        group by worker_id, component_id, period_id
    )
    select worker_id, component_id, period_id, sum(earned_amount) as earned_amount, sum(deal_amount) as deal_amount
    from sides group by worker_id, component_id, period_id having sum(earned_amount) <> sum(deal_amount)
    """

# Lines, settled and open, and what is held of what is due, come to the earned amount, month by month and currency by
# currency; what is due in a month ahead has no line yet. Without an open month nothing can be adjusted.
LINES_ADD_UP = """
    with waiting as (
        select worker_id, component_id, earned_period_id as period_id from payout.int_payout__earned_periods
        where line_period_id is null
    ),
    sides as (
        select earnings.worker_id, earnings.component_id, earnings.period_id, earnings.currency,
            earnings.earned_amount, 0 as paid_amount, 0 as held_amount
        from payout.fct_earnings as earnings anti join waiting using (worker_id, component_id, period_id)
        union all
        select worker_id, component_id, earned_period_id, currency, 0, sum(amount), 0 from {rows}
        where line_type in ('earning', 'hold', 'adjustment')
        group by worker_id, component_id, earned_period_id, currency
        union all
        select worker_id, component_id, earned_period_id, currency, 0, 0, sum(held_amount)
        from payout.int_payout__holds where release_from_index is not null
        group by worker_id, component_id, earned_period_id, currency
    )
    select worker_id, component_id, period_id, currency, sum(earned_amount) as earned_amount,
        sum(paid_amount) as paid_amount, sum(held_amount) as held_amount
    from sides where exists (select 1 from core.dim_periods where status = 'open')
    group by worker_id, component_id, period_id, currency
    having sum(earned_amount) <> sum(paid_amount) + sum(held_amount)
    """

# Deals and their cancellations are held with opposite signs: no more than all of either can have been released.
RELEASES = """
    with held as (
        select worker_id, component_id, earned_period_id, currency, sum(greatest(held_amount, 0)) as most,
            sum(least(held_amount, 0)) as least
        from payout.int_payout__holds group by worker_id, component_id, earned_period_id, currency
    ),
    released as (
        select worker_id, component_id, earned_period_id, currency, sum(amount) as amount from {rows}
        where line_type = 'release' group by worker_id, component_id, earned_period_id, currency
    )
    select worker_id, component_id, earned_period_id, currency, released.amount, held.most as held_amount
    from released left join held using (worker_id, component_id, earned_period_id, currency)
    where released.amount not between coalesce(held.least, 0) and coalesce(held.most, 0)
        and exists (select 1 from core.dim_periods where status = 'open')
    """

SETTLED_LINES = """
    with settled as (
        select worker_id, component_id, earned_period_id, pay_period_id, line_type, amount, currency, payroll_amount
        from {rows} where is_settled
    ),
    ledger as (
        select worker_id, component_id, earned_period_id, pay_period_id, line_type, amount, currency, payroll_amount
        from staging.stg_ledger__settled_payouts
    )
    select worker_id, component_id, earned_period_id, pay_period_id, line_type, amount
    from ((from settled except all from ledger) union all (from ledger except all from settled)) as differences
    """

PAID_IN_FUTURE = """
    select payout_line_id, worker_id, pay_period_id from {rows}
    where pay_period_id in (select period_id from core.dim_periods where status = 'future')
    """

# What may come after the last day: releases of what was held, adjustments, recoveries of a draw, payments by hand.
# A settled line stands as it was paid; if its worker had left by what is known now, an adjustment takes it back.
PAID_OUTSIDE = """
    select lines.payout_line_id, lines.worker_id, lines.component_id, lines.earned_period_id, lines.pay_period_id,
        lines.amount
    from {rows} as lines
    left join core.dim_periods as periods
        on periods.period_id
            = if(lines.line_type in ('draw', 'guarantee'), lines.pay_period_id, lines.earned_period_id)
    left join core.dim_workers as workers on lines.worker_id = workers.worker_id
    where not lines.is_settled and lines.line_type in ('earning', 'hold', 'draw', 'guarantee') and (
        workers.worker_id is null
        or workers.hire_date >= periods.ends_on
        or workers.termination_date <= periods.starts_on
    )
    """

APPROVED = """
    select lines.payout_line_id, lines.worker_id, lines.adjustment_id, lines.amount
    from {rows} as lines
    anti join (select * from core.int_core__payout_adjustments where is_approved) as approved
        on lines.adjustment_id = approved.adjustment_id and lines.worker_id = approved.worker_id
    where lines.line_type = 'manual' and not lines.is_settled
    """

IN_PAYROLL = """
    select lines.payout_line_id, lines.worker_id, lines.pay_period_id, lines.amount, lines.payroll_amount, rates.rate
    from {rows} as lines
    left join core.dim_exchange_rates as rates
        on lines.pay_period_id = rates.period_id
        and lines.currency = rates.from_currency and lines.payroll_currency = rates.to_currency
    where not lines.is_settled and lines.payroll_amount is distinct from
        if(
            lines.currency = lines.payroll_currency,
            lines.amount,
            round(cast(lines.amount as decimal(38, 2)) * rates.rate, 2)
        )
    """

ZERO = "select payout_line_id, worker_id, component_id, pay_period_id from {rows} where amount = 0 and not is_settled"

# A payment a quarter or a year is set against the months that it pays for.
AGAINST_TARGET = """
    with targets as (
        select worker_id, currency, max(target_incentive) / 12 as monthly_target
        from core.int_core__worker_compensation where target_incentive > 0 group by worker_id, currency
    ),
    paid as (
        select worker_id, pay_period_id, payroll_currency as currency, sum(payroll_amount) as paid_amount,
            count(distinct earned_period_id) as month_count
        from {rows} where line_type in ('earning', 'hold', 'adjustment', 'release')
            and pay_period_id in (select period_id from core.dim_periods where status = 'open')
        group by worker_id, pay_period_id, payroll_currency
    )
    select worker_id, pay_period_id, currency, paid.paid_amount, targets.monthly_target
    from paid inner join targets using (worker_id, currency)
    where paid.paid_amount > {pay_to_target} * targets.monthly_target * paid.month_count
    """

PAYOUT = Room(
    ranges={("fct_earnings", "modifier"): (0, 1_000)},
    invariants=(
        Invariant("fct_earnings", "nothing_counts_in_the_future", IN_FUTURE),
        Invariant("fct_earnings", "each_attainment_has_its_earning", OF_ATTAINMENT),
        Invariant("fct_earnings", "windows_add_up", WINDOWS, ("earned_to_date", "window_sum")),
        Invariant("fct_earnings", "nobody_earns_more_than_the_cap", CAPPED, ("earned_to_date", "cap_amount")),
        Invariant(
            "fct_earnings", "no_position_lies_above_its_cap", CAPPED_POSITIONS, ("tier_position", "cap_attainment")
        ),
        Invariant("fct_deal_earnings", "no_deal_pays_more_than_the_cap", CAPPED_DEALS, ("earned_amount", "cap_amount")),
        Invariant("fct_deal_earnings", "deals_add_up_to_earnings", DEALS_ADD_UP, ("earned_amount", "deal_amount")),
        Invariant(
            "fct_payouts",
            "earned_is_paid_or_held_by_month_and_currency",
            LINES_ADD_UP,
            ("earned_amount", "paid_amount", "held_amount"),
        ),
        Invariant("fct_payouts", "no_more_is_released_than_was_held", RELEASES, ("amount", "held_amount")),
        Invariant("fct_payouts", "settled_lines_are_the_ledgers", SETTLED_LINES, ("amount",)),
        Invariant("fct_payouts", "nothing_is_paid_in_the_future", PAID_IN_FUTURE),
        Invariant("fct_payouts", "nobody_is_paid_outside_employment", PAID_OUTSIDE, ("amount",)),
        Invariant("fct_payouts", "manual_lines_are_approved", APPROVED, ("amount",)),
        Invariant("fct_payouts", "payroll_is_amount_times_rate", IN_PAYROLL, ("amount", "payroll_amount", "rate")),
        Invariant("fct_payouts", "lines_of_nothing_are_not_written", ZERO),
        Invariant(
            "fct_payouts",
            "pay_is_plausible_against_target",
            AGAINST_TARGET,
            ("paid_amount", "monthly_target"),
            severity="warn",
            is_proof=False,
        ),
    ),
)
