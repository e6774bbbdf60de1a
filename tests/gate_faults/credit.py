"""Faults of credits and territories, and what the credit suite says of each."""

from __future__ import annotations

from gate_faults.fault import FUTURE, Fault, one

CREDITED = one("credit.fct_credits", "credit_id, transaction_id, measure_id, worker_id, period_id, currency",
               "credit_source = 'owner' and currency is not null")  # fmt: skip
BY_SUM = "fct_credits.credits_reconcile_by_month_and_currency"
CREDIT = (
    Fault(
        "credit",
        "a credit a dollar too high",
        CREDITED,
        "update credit.fct_credits set credit_amount = credit_amount + 1 where credit_id = '{credit_id}'",
        ("fct_credits.amounts_are_value_times_share", BY_SUM),
    ),
    Fault(
        "credit",
        "a credit twice, under another id",
        CREDITED,
        "insert into credit.fct_credits by name select * replace ('twice' as credit_id) from credit.fct_credits"
        " where credit_id = '{credit_id}'",
        (
            "fct_credits.one_row_per_transaction_id_and_measure_id_and_worker_id",
            BY_SUM,
        ),
    ),
    Fault(
        "credit",
        "a deal that credits nobody any more, and is not listed",
        CREDITED,
        "delete from credit.fct_credits where transaction_id = '{transaction_id}' and measure_id = '{measure_id}'",
        ("fct_credits.what_is_measured_is_credited_or_listed", BY_SUM),
    ),
    Fault(
        "credit",
        "one of a deal's credits lost",
        "select credit_id, period_id, currency from credit.fct_credits"
        " where credit_source = 'manager' and currency is not null order by all limit 1",
        "delete from credit.fct_credits where credit_id = '{credit_id}'",
        (BY_SUM,),
    ),
    Fault(
        "credit",
        "a percentage taken for a share",
        CREDITED,
        "update credit.fct_credits set credit_share = 60 where credit_id = '{credit_id}'",
        ("fct_credits.credit_share_is_plausible", "fct_credits.amounts_are_value_times_share"),
    ),
    Fault(
        "credit",
        "a credit without a share",
        CREDITED,
        "update credit.fct_credits set credit_share = null where credit_id = '{credit_id}'",
        ("fct_credits.credit_share_is_never_null",),
    ),
    Fault(
        "credit",
        "a credit of somebody who had left",
        "select worker_id, credit_id from credit.fct_credits inner join core.dim_workers using (worker_id)"
        " where termination_date is not null order by all limit 1",
        "update credit.fct_credits set credit_date = date '2026-10-30' where credit_id = '{credit_id}'",
        ("fct_credits.nobody_is_credited_outside_employment",),
    ),
    Fault(
        "credit",
        "a credit of somebody unknown",
        one("credit.fct_credits", "credit_id, transaction_id, measure_id"),
        "update credit.fct_credits set worker_id = 'ghost' where credit_id = '{credit_id}'",
        ("fct_credits.nobody_is_credited_outside_employment",),
    ),
    Fault(
        "credit",
        "a manager credited with more than the whole deal",
        one("credit.fct_credits", "credit_id, transaction_id, worker_id", "credit_source = 'manager'"),
        "update credit.fct_credits set credit_share = 2, credit_amount = credit_amount where credit_id = '{credit_id}'",
        ("fct_credits.managers_share_at_most_the_whole", "fct_credits.amounts_are_value_times_share"),
    ),
    Fault(
        "credit",
        "a credit by the rule of another measure",
        "select credit_id, measure_id, (select min(credit_rule_id) from core.dim_credit_rules"
        " where measure_id <> credits.measure_id and credit_source = 'owner') as credit_rule_id"
        " from credit.fct_credits as credits where credit_source = 'owner' order by all limit 1",
        "update credit.fct_credits set credit_rule_id = '{credit_rule_id}' where credit_id = '{credit_id}'",
        ("fct_credits.rules_are_those_of_the_measure",),
    ),
    Fault(
        "credit",
        "a credit in another month",
        CREDITED,
        f"update credit.fct_credits set period_id = {FUTURE} where credit_id = '{{credit_id}}'",
        (BY_SUM,),
    ),
    Fault(
        "credit",
        "an account aligned to two territories at once",
        one("credit.fct_territory_alignments", "account_id, alignment, territory_id"),
        "insert into credit.fct_territory_alignments by name select * replace (date '2026-01-01' as valid_from)"
        " from credit.fct_territory_alignments where account_id = '{account_id}' and alignment = '{alignment}'"
        " and territory_id = '{territory_id}'",
        ("fct_territory_alignments.one_territory_a_day",),
    ),
)
