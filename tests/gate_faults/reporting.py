"""Faults of what analysts and payees read, and what the reporting suite says of each."""

from __future__ import annotations

from gate_faults.fault import ATTAINED, ROW, Fault, one

REPORTING = (
    Fault(
        "reporting",
        "a payout line that leads to no delivered row",
        one("reporting.rpt_payout_lineage", "payout_line_id, raw_file, raw_row_number", "raw_file is not null"),
        "update reporting.rpt_payout_lineage set raw_file_sha256 = null where payout_line_id = '{payout_line_id}'"
        " and raw_file = '{raw_file}' and raw_row_number = {raw_row_number}",
        ("rpt_payout_lineage.every_line_leads_to_delivered_rows",),
    ),
    Fault(
        "reporting",
        "a payout line without any lineage",
        one("reporting.rpt_payout_lineage", "payout_line_id"),
        "delete from reporting.rpt_payout_lineage where payout_line_id = '{payout_line_id}'",
        ("rpt_payout_lineage.every_line_has_a_lineage",),
    ),
    Fault(
        "reporting",
        "a statement a cent off what is paid",
        one("reporting.rpt_payout_statement", "payout_line_id, part_number"),
        "update reporting.rpt_payout_statement set amount = amount + 0.01 where payout_line_id = '{payout_line_id}'"
        " and part_number = {part_number}",
        ("rpt_payout_statement.statements_add_up_to_the_lines",),
    ),
    Fault(
        "reporting",
        "a line on somebody else's statement",
        one("reporting.rpt_payout_statement", "payout_line_id"),
        "update reporting.rpt_payout_statement set worker_id = 'other' where payout_line_id = '{payout_line_id}'",
        ("rpt_payout_statement.lines_are_stated_to_whom_they_pay",),
    ),
    Fault(
        "reporting",
        "an attainment that the marts do not have",
        one("reporting.rpt_attainment", ATTAINED, "attainment_to_date > 0"),
        f"update reporting.rpt_attainment set attainment_to_date = attainment_to_date + 0.1 where {ROW}",
        ("rpt_attainment.attainment_is_that_of_the_marts",),
    ),
    Fault(
        "reporting",
        "a payee missing from the attainment report",
        one("reporting.rpt_attainment", ATTAINED, "attainment_share is not null"),
        f"delete from reporting.rpt_attainment where {ROW}",
        ("rpt_attainment.attainment_is_that_of_the_marts", "rpt_attainment_distribution.bands_hold_every_payee"),
    ),
    Fault(
        "reporting",
        "a cost that is not what is paid",
        one("reporting.rpt_compensation_cost", "period_id, currency, plan_id", "payout_amount > 0"),
        "update reporting.rpt_compensation_cost set payout_amount = payout_amount - 1 where period_id = '{period_id}'"
        " and plan_id = '{plan_id}' and currency = '{currency}'",
        ("rpt_compensation_cost.cost_is_what_is_paid",),
    ),
    Fault(
        "reporting",
        "a band of payees left out",
        one("reporting.rpt_attainment_distribution", "period_id, component_id, band_from"),
        "delete from reporting.rpt_attainment_distribution where period_id = '{period_id}'"
        " and component_id = '{component_id}' and band_from = {band_from}",
        ("rpt_attainment_distribution.bands_hold_every_payee",),
    ),
    Fault(
        "reporting",
        "a territory that shows more than its credits",
        one(
            "reporting.rpt_territory_performance",
            "period_id, measure_id, currency, territory_id",
            "currency is not null",
        ),
        "update reporting.rpt_territory_performance set credited_amount = credited_amount + 1"
        " where period_id = '{period_id}' and measure_id = '{measure_id}' and territory_id = '{territory_id}'"
        " and currency = '{currency}'",
        ("rpt_territory_performance.territories_add_up_to_their_credits",),
    ),
    Fault(
        "reporting",
        "an exception that is not listed",
        one("reporting.rpt_exceptions", "kind, severity, exception_id"),
        "delete from reporting.rpt_exceptions where exception_id = '{exception_id}'",
        ("rpt_exceptions.every_finding_is_listed",),
    ),
    Fault(
        "reporting",
        "a draw's balance that its lines do not make",
        one("reporting.rpt_draw_balances", "worker_id, draw_type, period_id", "draw_type = 'recoverable'"),
        "update reporting.rpt_draw_balances set balance_amount = balance_amount + 100 where worker_id = '{worker_id}'"
        " and period_id = '{period_id}' and draw_type = '{draw_type}'",
        ("rpt_draw_balances.balances_add_up",),
    ),
    Fault(
        "reporting",
        "a held deal of another amount than is held",
        one(
            "reporting.rpt_held_deals", "worker_id, component_id, earned_period_id, credit_id", "credit_id is not null"
        ),
        "update reporting.rpt_held_deals set held_amount = held_amount + 1 where worker_id = '{worker_id}'"
        " and component_id = '{component_id}' and credit_id = '{credit_id}'",
        ("rpt_held_deals.held_is_what_the_payouts_hold",),
    ),
    Fault(
        "reporting",
        "a cause of an adjustment that nobody is paid",
        "select 'gone' as payout_line_id",
        "insert into reporting.rpt_restatements by name select '{payout_line_id}' as payout_line_id, worker_id,"
        " earned_period_id, pay_period_id, amount as line_amount, currency, false as is_settled, 'rule' as cause"
        " from payout.fct_payouts limit 1",
        ("rpt_restatements.causes_belong_to_adjustments",),
    ),
    Fault(
        "reporting",
        "more than all payees at target",
        one("reporting.rpt_plan_effectiveness", "period_id, component_id"),
        "update reporting.rpt_plan_effectiveness set target_share = 1.2 where period_id = '{period_id}'"
        " and component_id = '{component_id}'",
        ("rpt_plan_effectiveness.target_share_is_plausible",),
    ),
    Fault(
        "reporting",
        "a published column renamed",
        "select 'worker_name' as column_name",
        "alter table reporting.rpt_attainment rename column worker_name to name",
        ("rpt_attainment.has_its_columns",),
    ),
)
