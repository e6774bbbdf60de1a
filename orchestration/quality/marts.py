"""The marts suite, before publication: each public table is as its contract says, and what must add up does.

Columns, keys and what is never null come from dbt's manifest; the sums, from what the calculation says must hold.
"""

from __future__ import annotations

from typing import Any

from orchestration.published_tables import PublishedTable, published_tables
from orchestration.quality.suite import Check, Checked

NEVER_EMPTY = {"dim_periods"}
"""The calendar always has months; all else may be empty in a young company."""

RANGES: dict[tuple[str, str], tuple[float, float]] = {
    # Shares of one person can pass 1 (two overlay splits), but not by far: 60 is a percentage taken for a share.
    ("fct_credits", "credit_share"): (0, 10),
    ("fct_attainment", "active_share"): (0, 1),
    ("fct_attainment", "ramp_share"): (0, 10),
}
FROM_RAW = ("raw_file", "raw_row_number")


def marts_checks(manifest: dict[str, Any]) -> list[Check]:
    """All checks of the public tables."""
    tables = {table.name: table for table in published_tables(manifest)}
    found: list[Check] = []
    for table in tables.values():
        found += _contract_checks(table)
        checked = _checked(table)
        found += [checked.has_none(name, query) for name, query in _invariants(manifest).get(table.name, {}).items()]
    return found


def _checked(table: PublishedTable) -> Checked:
    names = [column.name for column in table.columns]
    keys = [*table.grain, *(name for name in FROM_RAW if name in names)]
    return Checked("marts", table.in_warehouse, table.in_warehouse, tuple(keys))


def _contract_checks(table: PublishedTable) -> list[Check]:
    checked = _checked(table)
    return [
        *([checked.has_rows()] if table.name in NEVER_EMPTY else []),
        checked.has_columns([column.name for column in table.columns]),
        *(checked.is_never_null(column.name) for column in table.columns if column.is_required),
        checked.is_unique_by(table.grain),
        *(
            checked.lies_between(column.name, *RANGES[table.name, column.name])
            for column in table.columns
            if (table.name, column.name) in RANGES
        ),
    ]


def _invariants(manifest: dict[str, Any]) -> dict[str, dict[str, str]]:
    """Per table, what must always hold: a name and the query of the keys for which it doesn't."""
    in_future = "(select period_id from core.dim_periods where status = 'future')"
    invariants = {
        "fct_transactions": {"every_event_counts_or_is_listed": _events_without_a_trace(manifest)},
        "fct_credits": {
            "one_credit_per_transaction_measure_and_worker": ONE_CREDIT,
            "amounts_are_value_times_share": CREDIT_AMOUNTS,
        },
        "fct_deal_earnings": {"deals_add_up_to_earnings": DEALS_ADD_UP},
        "fct_payouts": {
            "earned_periods_add_up_to_earnings": LINES_ADD_UP,
            "settled_lines_are_the_ledgers": SETTLED_LINES,
            "nothing_is_paid_in_the_future": f"select payout_line_id from {{rows}} where pay_period_id in {in_future}",
        },
        "rpt_payout_lineage": {"every_line_leads_to_delivered_rows": LINES_WITHOUT_A_ROW},
    }
    for name in ("fct_attainment", "fct_earnings"):
        query = f"select worker_id, component_id, period_id from {{rows}} where period_id in {in_future}"
        invariants[name] = {"nothing_counts_in_the_future": query}
    return invariants


def _events_without_a_trace(manifest: dict[str, Any]) -> str:
    """Events of staging that are neither a transaction nor in the exceptions: dropped in silence."""
    models = [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]
    staged = sorted(
        f"select source_system, event_id, raw_file, raw_row_number from {model['schema']}.{model['name']}"
        for model in models
        if model["name"].startswith("stg_") and model["name"].endswith("__sales_events")
    )
    return f"""
        select staged.source_system, staged.event_id, staged.raw_file, staged.raw_row_number
        from ({" union all ".join(staged)}) as staged
        anti join {{rows}} as transactions
            on staged.source_system = transactions.source_system and staged.event_id = transactions.event_id
        anti join (select record_key from core.int_core__exceptions where entity = 'sales_events') as listed
            on staged.event_id = listed.record_key
        """


ONE_CREDIT = """
    select transaction_id, measure_id, worker_id from {rows}
    group by transaction_id, measure_id, worker_id having count(*) > 1
    """

# Apportioning moves a credit by less than a cent (a ten-thousandth of a piece or count). That all credits of a rule add
# up exactly is a test of dbt's, on the credits before any is dropped.
CREDIT_AMOUNTS = """
    select credits.credit_id, credits.transaction_id, credits.measure_id, credits.worker_id
    from {rows} as credits
    left join credit.int_credit__measured_transactions as measured using (transaction_id, measure_id)
    where measured.transaction_id is null
        or abs(credits.credit_amount
                - cast(measured.value as decimal(38, 4)) * credits.credit_share * credits.reversal_share)
            >= case when measured.is_money then 0.01 else 0.0001 end
    """

# A missing side is 0: an inner join would let it pass.
DEALS_ADD_UP = """
    with on_credit as (select component_id from staging.stg_rules__plan_components where payout_basis = 'credit'),
    earned as (
        select worker_id, component_id, period_id, earned_amount
        from payout.fct_earnings where component_id in (select component_id from on_credit)
    ),
    deals as (
        select worker_id, component_id, period_id, sum(earned_amount) as earned_amount from {rows}
        group by worker_id, component_id, period_id
    )
    select worker_id, component_id, period_id
    from earned full join deals using (worker_id, component_id, period_id)
    where coalesce(earned.earned_amount, 0) <> coalesce(deals.earned_amount, 0)
    """

# A row of a file has its fingerprint and place, one of an API its load.
LINES_WITHOUT_A_ROW = """
    select distinct payout_line_id from {rows}
    where raw_load_id is null or (raw_file is not null and (raw_file_sha256 is null or raw_row_number is null))
    """

# What is held and released is proved by dbt's own tests; here the components that pay all at once. A month that is paid
# monthly must have its lines; one paid with its quarter or year may still wait for them.
LINES_ADD_UP = """
    with components as (
        select component_id, payment_frequency from staging.stg_rules__plan_components where release_event is null
    ),
    lines as (
        select worker_id, component_id, earned_period_id as period_id, sum(amount) as amount from {rows}
        where line_type in ('earning', 'hold', 'adjustment') group by worker_id, component_id, earned_period_id
    ),
    earned as (select worker_id, component_id, period_id, earned_amount from payout.fct_earnings)
    select worker_id, component_id, period_id
    from earned full join lines using (worker_id, component_id, period_id)
    inner join components using (component_id)
    where coalesce(earned.earned_amount, 0) <> coalesce(lines.amount, 0)
        and (lines.amount is not null or components.payment_frequency = 'month')
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
    select worker_id, component_id, earned_period_id, pay_period_id, line_type
    from ((from settled except all from ledger) union all (from ledger except all from settled)) as differences
    """
