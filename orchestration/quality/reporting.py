"""The reporting suite: what analysts and payees read says what the marts say, row by row and sum by sum."""

from __future__ import annotations

from orchestration.quality.suite import Invariant, Room

# A row of a file has its fingerprint and place, one of an API its load.
LINES_WITHOUT_A_ROW = """
    select payout_line_id, raw_file, raw_row_number from {rows}
    where raw_load_id is null or (raw_file is not null and (raw_file_sha256 is null or raw_row_number is null))
    """

LINES_WITHOUT_LINEAGE = """
    select payout_line_id, worker_id, pay_period_id from payout.fct_payouts
    anti join (select distinct payout_line_id from {rows}) as led using (payout_line_id)
    """

STATEMENTS = """
    with sides as (
        select payout_line_id, pay_period_id, currency, amount, 0 as stated_amount from payout.fct_payouts
        union all
        select payout_line_id, pay_period_id, currency, 0, sum(amount) from {rows}
        group by payout_line_id, pay_period_id, currency
    )
    select payout_line_id, pay_period_id, currency, sum(amount) as amount, sum(stated_amount) as stated_amount
    from sides group by payout_line_id, pay_period_id, currency having sum(amount) <> sum(stated_amount)
    """

STATED_WORKERS = """
    select payout_line_id, lines.worker_id, lines.pay_period_id from payout.fct_payouts as lines
    inner join (select distinct payout_line_id, worker_id, pay_period_id, line_amount from {rows}) as stated
        using (payout_line_id)
    where (lines.worker_id, lines.pay_period_id, lines.amount)
        <> (stated.worker_id, stated.pay_period_id, stated.line_amount)
    """

ATTAINMENT = """
    with reported as (
        select worker_id, component_id, period_id, credited_amount, credited_to_date, quota_to_date,
            attainment_to_date, attainment_full_window, earned_amount
        from {rows}
    ),
    marts as (
        select worker_id, component_id, period_id, attainment.credited_amount, credited_to_date, quota_to_date,
            attainment_to_date, attainment_full_window, earned_amount
        from quota.fct_attainment as attainment
        left join payout.fct_earnings as earnings using (worker_id, component_id, period_id)
    )
    select distinct worker_id, component_id, period_id
    from ((from reported except all from marts) union all (from marts except all from reported)) as differences
    """

COST = """
    with sides as (
        select period_id, currency, sum(payout_amount) as payout_amount, 0 as line_amount from {rows}
        group by period_id, currency
        union all
        select earned_period_id, currency, 0, sum(amount) from payout.fct_payouts group by earned_period_id, currency
    )
    select period_id, currency, sum(payout_amount) as payout_amount, sum(line_amount) as line_amount
    from sides group by period_id, currency having sum(payout_amount) <> sum(line_amount)
    """

BANDS = """
    with sides as (
        select period_id, component_id, sum(payee_count) as payees, 0 as rows_of_attainment, sum(payee_share) as shares
        from {rows} group by period_id, component_id
        union all
        select period_id, component_id, 0, count(*), null from reporting.rpt_attainment
        where attainment_share is not null group by period_id, component_id
    )
    select period_id, component_id, sum(payees) as payees, sum(rows_of_attainment) as rows_of_attainment
    from sides group by period_id, component_id
    having sum(payees) <> sum(rows_of_attainment) or abs(sum(shares) - 1) > 0.000001
    """

TERRITORIES = """
    with sides as (
        select period_id, measure_id, currency, sum(credited_amount) as reported_amount, 0 as credit_amount from {rows}
        group by period_id, measure_id, currency
        union all
        select period_id, measure_id, currency, 0, sum(credit_amount) from credit.fct_credits
        where territory_id is not null group by period_id, measure_id, currency
    )
    select period_id, measure_id, currency, sum(reported_amount) as reported_amount, sum(credit_amount) as credit_amount
    from sides group by period_id, measure_id, currency having sum(reported_amount) <> sum(credit_amount)
    """

EXCEPTIONS = """
    with sides as (
        select kind, severity, count(*) as listed, 0 as found from {rows} group by kind, severity
        union all
        select kind, severity, 0, count(*) from (
            select kind, severity from core.int_core__exceptions
            union all select kind, severity from credit.int_credit__exceptions
            union all select kind, severity from quota.int_quota__exceptions
            union all select kind, severity from payout.int_payout__exceptions
        ) as findings group by kind, severity
    )
    select kind, severity, sum(listed) as listed, sum(found) as found
    from sides group by kind, severity having sum(listed) <> sum(found)
    """

BALANCES = """
    select worker_id, draw_type, period_id, balance_before, line_amount, balance_amount from {rows}
    where draw_type = 'recoverable' and (balance_amount < 0 or balance_amount <> balance_before + line_amount)
    """

HELD = """
    with sides as (
        select worker_id, component_id, earned_period_id, sum(held_amount) as held_amount, 0 as in_payouts,
            count(*) filter (still_held_amount <> held_amount - released_amount) as wrong
        from {rows} group by worker_id, component_id, earned_period_id
        union all
        select worker_id, component_id, earned_period_id, 0, sum(held_amount), 0 from payout.int_payout__holds
        group by worker_id, component_id, earned_period_id
    )
    select worker_id, component_id, earned_period_id, sum(held_amount) as held_amount, sum(in_payouts) as in_payouts
    from sides group by worker_id, component_id, earned_period_id
    having sum(held_amount) <> sum(in_payouts) or sum(wrong) > 0
    """

RESTATED = """
    select payout_line_id, entity, record_key from {rows} as causes
    anti join (select payout_line_id from payout.fct_payouts where line_type = 'adjustment') as lines
        using (payout_line_id)
    """

REPORTING = Room(
    ranges={
        ("rpt_plan_effectiveness", "threshold_share"): (0, 1),
        ("rpt_plan_effectiveness", "target_share"): (0, 1),
        ("rpt_plan_effectiveness", "excellence_share"): (0, 1),
        ("rpt_plan_effectiveness", "pay_performance_correlation"): (-1, 1),
        ("rpt_attainment_distribution", "payee_share"): (0, 1),
    },
    invariants=(
        Invariant("rpt_payout_lineage", "every_line_leads_to_delivered_rows", LINES_WITHOUT_A_ROW),
        Invariant("rpt_payout_lineage", "every_line_has_a_lineage", LINES_WITHOUT_LINEAGE),
        Invariant("rpt_payout_statement", "statements_add_up_to_the_lines", STATEMENTS, ("amount", "stated_amount")),
        Invariant("rpt_payout_statement", "lines_are_stated_to_whom_they_pay", STATED_WORKERS),
        Invariant("rpt_attainment", "attainment_is_that_of_the_marts", ATTAINMENT),
        Invariant("rpt_compensation_cost", "cost_is_what_is_paid", COST, ("payout_amount", "line_amount")),
        Invariant("rpt_attainment_distribution", "bands_hold_every_payee", BANDS, ("payees", "rows_of_attainment")),
        Invariant(
            "rpt_territory_performance",
            "territories_add_up_to_their_credits",
            TERRITORIES,
            ("reported_amount", "credit_amount"),
        ),
        Invariant("rpt_exceptions", "every_finding_is_listed", EXCEPTIONS, ("listed", "found")),
        Invariant(
            "rpt_draw_balances", "balances_add_up", BALANCES, ("balance_before", "line_amount", "balance_amount")
        ),
        Invariant("rpt_held_deals", "held_is_what_the_payouts_hold", HELD, ("held_amount", "in_payouts")),
        Invariant("rpt_restatements", "causes_belong_to_adjustments", RESTATED),
    ),
)
