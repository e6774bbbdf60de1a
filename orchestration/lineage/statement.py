"""The statement of one worker and pay period: what is paid and why, where the quota stands, what the next tier needs.

What a page shows is worked out in the reporting models; here it is read, grouped and worded.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import duckdb

from orchestration.lineage import find
from orchestration.lineage.facts import Row
from orchestration.lineage.words import (
    BLENDED,
    PAY_STATES,
    REASONS,
    bound_text,
    carried,
    carried_text,
    cause_text,
    is_blended,
    is_window_rate,
    number,
    percent,
    plain,
    rate_text,
    signed,
    unit_of,
)
from orchestration.problems import Problem, UserError
from orchestration.publish.store import rows


@dataclass(frozen=True)
class Ledger:
    """The ledger's state, for the foot of the page: how many rows it holds, and the hash of its last one."""

    row_count: int
    head_hash: str


@dataclass(frozen=True)
class Unpaid:
    """Deals that pay nothing for one reason. totals: their amounts (or what is held of them) by currency."""

    code: str
    reason: str
    deals: list[Row]
    totals: dict[str, Decimal]

    @property
    def is_held(self) -> bool:
        return self.code.startswith("held_")


@dataclass(frozen=True)
class Statement:
    """What a payee reads, as published. totals: payroll by currency. unpriced: lines without an exchange rate."""

    worker: Row
    period: Row
    totals: dict[str, Decimal]
    lines: list[Row]
    unpriced: list[Row]
    components: list[Row]
    deals: list[tuple[Row, list[Row]]]
    unpaid: list[Unpaid]
    draws: list[Row]
    publication: Mapping[str, Any]
    ledger: Ledger | None = None


def read(
    connection: duckdb.DuckDBPyConnection,
    worker_id: str,
    period_id: str,
    publication: Mapping[str, Any],
    ledger: Ledger | None = None,
) -> Statement:
    """The statement of a worker and pay period. Raises UserError where there is none."""
    worker, period = find.worker_of(connection, worker_id), find.period_of(connection, period_id)
    keys = [worker_id, period_id]
    lines, components = _lines(connection, keys), rows(connection, COMPONENTS, keys)
    if not lines and not components:
        known = rows(
            connection,
            "select distinct period_id from reporting.rpt_attainment where worker_id = ? order by 1 desc limit 6",
            [worker_id],
        )
        near = ", ".join(row["period_id"] for row in known)
        remedy = f"there are statements for {near}" if near else "the worker has never been on a plan"
        raise UserError("There is no statement:", [Problem(worker_id, f"is on no plan in {period_id}", remedy)])
    totals: dict[str, Decimal] = defaultdict(Decimal)
    for line in lines:
        if line["payroll_amount"] is not None:
            totals[line["payroll_currency"]] += line["payroll_amount"]
    if not totals:
        totals[worker["payroll_currency"] or components[0]["currency"]] = Decimal(0)
    return Statement(
        worker=worker,
        period=period,
        totals=dict(totals),
        lines=lines,
        unpriced=[line for line in lines if line["payroll_amount"] is None],
        components=components,
        deals=_by_component(rows(connection, DEALS, keys)),
        unpaid=_by_reason(rows(connection, UNPAID, [worker_id, period_id, period_id])),
        draws=rows(connection, DRAWS, keys),
        publication=publication,
        ledger=ledger,
    )


def _lines(connection: duckdb.DuckDBPyConnection, keys: list[str]) -> list[Row]:
    """The lines; an adjustment with what changed since its month was closed."""
    causes: dict[str, list[str]] = defaultdict(list)
    for row in rows(connection, CAUSES, keys):
        causes[row["payout_line_id"]].append(
            f"{cause_text(row)} ({row['old_value'] or '–'} → {row['new_value'] or '–'})."
        )
    return [
        line | {"line_reason": " ".join([line["line_reason"], *causes[line["payout_line_id"]]])}
        for line in rows(connection, LINES, keys)
    ]


CAUSES = """
    select * from reporting.rpt_restatements
    where worker_id = ? and pay_period_id = ? and cause <> 'recomputed'
    order by payout_line_id, cause, entity, record_key, column_name
    """

LINES = """
    select payout_line_id, component_id, component_name, plan_name, earned_period_id, line_type, line_reason,
        line_amount as amount, currency, line_payroll_amount as payroll_amount, payroll_currency, is_settled
    from reporting.rpt_payout_statement where worker_id = ? and pay_period_id = ? and part_number = 1
    order by component_name nulls last, earned_period_id, line_type, payout_line_id
    """

COMPONENTS = """
    select attainment.*, components.payout_basis, components.measured_value, components.tier_basis,
        components.tier_method, components.component_source, components.pay_window,
        components.threshold_attainment, components.cap_attainment, components.cap_amount, components.payment_frequency
    from reporting.rpt_attainment as attainment
    inner join marts.dim_plan_components as components on attainment.component_id = components.component_id
    where attainment.worker_id = ? and attainment.period_id = ?
    order by attainment.plan_name, attainment.component_name, attainment.component_id
    """

DEALS = """
    select parts.*, parts.amount as earned_amount, parts.credited_amount as credit_part, components.payout_basis,
        components.measured_value, components.tier_basis, components.tier_method, components.pay_window,
        components.quota_basis, (
            select coalesce(list(tiers.rate), []) from reporting.rpt_component_tiers as tiers
            where tiers.component_id = parts.component_id and tiers.tier_from = parts.tier_from
        ) as tier_rates
    from reporting.rpt_payout_statement as parts
    inner join marts.dim_plan_components as components on parts.component_id = components.component_id
    where parts.worker_id = ? and parts.pay_period_id = ? and parts.line_type = 'earning'
        and components.payout_basis = 'credit' and parts.amount <> 0
    order by parts.component_name, parts.component_id, parts.earned_period_id, parts.event_date nulls last,
        parts.transaction_id, parts.tier_from
    """

UNPAID = """
    select * from reporting.rpt_unpaid_deals
    where worker_id = ? and ((period_id = ? and held_amount is null) or (held_amount is not null and period_id <= ?))
    order by reason_code, event_date, transaction_id, component_name
    """

DRAWS = """
    select * from reporting.rpt_draw_balances where worker_id = ? and period_id = ? order by draw_type, currency
    """


def _by_component(parts: list[Row]) -> list[tuple[Row, list[Row]]]:
    """Parts of lines by component, each with what they come to."""
    grouped: dict[str, list[Row]] = defaultdict(list)
    for part in parts:
        part |= {
            "carried": carried(part, unit_of(part, part["currency"])),
            "is_blended": is_blended(part["rate"], part, part["tier_rates"]),
        }
        grouped[part["component_id"]].append(part)
    return [
        (
            {
                **members[0],
                "total": sum((part["amount"] for part in members), Decimal(0)),
                "is_window_rate": is_window_rate(members[0]),
                "is_blended": any(part["is_blended"] for part in members),
                "carried_text": next((carried_text(part["carried"], part) for part in members if part["carried"]), ""),
            },
            members,
        )
        for members in grouped.values()
    ]


def _by_reason(deals: list[Row]) -> list[Unpaid]:
    """Deals by reason; those that are only waiting come first."""
    grouped: dict[str, list[Row]] = defaultdict(list)
    for deal in deals:
        grouped[deal["reason_code"]].append(deal)
    found = []
    for code, members in grouped.items():
        totals: dict[str, Decimal] = defaultdict(Decimal)
        for deal in members:
            amount = deal["held_amount"] if deal["held_amount"] is not None else deal["amount"]
            totals[deal["currency"] or ""] += amount
        found.append(Unpaid(code, REASONS.get(code, code), members, dict(totals)))
    return sorted(found, key=lambda unpaid: (not unpaid.is_held, unpaid.code))


def quota_text(row: Row) -> str:
    """`87.5 %: 262,500.00 of 300,000.00 USD in FY2026-Q1`."""
    unit = unit_of(row, row["currency"])
    quota = row["quota_full_window"] if row["quota_basis"] == "full_window" else row["quota_to_date"]
    if row["component_source"] == "objective":
        return "objectives" if row["attainment_share"] is not None else "objectives, not scored yet"
    if quota is None:
        return f"{number(row['credited_to_date'], unit)}, no quota"
    credited = (
        number(row["credited_to_date"], unit).removesuffix(f" {unit}") if unit else number(row["credited_to_date"])
    )
    return f"{credited} of {number(quota, unit)}"


def next_text(row: Row) -> str:
    """What the next tier needs and pays, or why nothing more is to be reached; empty where there is nothing to say."""
    currency = row["currency"]
    unit = unit_of(row, currency)
    if row["threshold_credit_amount"] is not None:
        missing = number(row["threshold_credit_amount"], unit)
        return f"{missing} more credit to the threshold of {percent(row['threshold_attainment'])}."
    if row["pay_state"] == "pays" and row["next_tier_from"] is None and row["tier_from"]:
        return f"The highest tier is reached: {rate_text(row['tier_rate'], row, currency)}."
    if row["next_tier_from"] is None or row["pay_state"] == "capped":
        return ""
    place, rate = bound_text(row["next_tier_from"], row, currency), rate_text(row["next_tier_rate"], row, currency)
    reach = METHODS.get(row["tier_method"], "").format(rate=rate, place=place)
    if row["next_tier_credit_amount"] is None:
        return f"Next tier from {place}: {reach}"
    more = "more credit" if unit else "more"
    return f"{number(row['next_tier_credit_amount'], unit)} {more} to {place}: {reach}"


METHODS = {
    "marginal": "then {rate} on what lies above.",
    "retroactive": "then {rate} on all of it, from the first deal on.",
    "excess": "then {rate} on all above the first tier.",
    "reached": "then {rate} on each deal that reaches it.",
    "step": "then {rate}.",
    "linear": "{rate} there; it rises in a straight line.",
}


def state_text(row: Row, period_id: str) -> str:
    """Why a component pays nothing, and when what it earned is paid; empty where it simply pays."""
    said = [PAY_STATES[row["pay_state"]]] if PAY_STATES[row["pay_state"]] else []
    due = row["due_period_id"]
    if row["earned_amount"] and due and due != period_id:
        said.append(f"{number(row['earned_amount'], row['currency'])} earned this month is paid in {due}.")
    return " ".join(said)


def standing_text(period: Row) -> str:
    """What the figures of where one stands are, in a closed month; empty in an open one."""
    if period["status"] != "closed":
        return ""
    return "as calculated today; the month was closed with the lines above"


def tier_text(part: Row) -> str:
    """The tier that paid a deal, or up to which its window has come."""
    if part["tier_from"] is None:
        return "" if part["transaction_id"] is None else "–"
    bound = bound_text(part["tier_from"], part, part["currency"])
    return f"up to {bound}" if part["is_blended"] else bound


def deal_rate_text(part: Row) -> str:
    """A deal's rate, with what it is an average of, the modifier, and a mark where a cent is carried to it."""
    said = rate_text(part["rate"], part, part["currency"])
    if part["modifier"] is not None and part["modifier"] != 1:
        said += f" × {signed(plain(part['modifier']))}"
    if part["is_blended"]:
        said += " ¹"
    if part["carried"]:
        said += f" {signed(format(part['carried'], '+,.2f'))} ²"
    return said


def deal_notes(component: Row) -> list[str]:
    """Footnotes of a component's deals."""
    said = []
    if component["is_blended"]:
        said.append(f"¹ The {BLENDED}: what the window has earned by unit of credit.")
    elif component["is_window_rate"]:
        said.append(
            "The rate is what the window earned by unit of credit: here a tier, or a cap, holds for all of its deals "
            "together."
        )
    if component["carried_text"]:
        why = component["carried_text"].split(" ", 1)[1]
        said.append(f"² {why[0].upper()}{why[1:]}: credit × rate alone rounds to that much less or more.")
    return said


def part_text(part: Row) -> str:
    """What a part of a line is for: a deal, what moved for earlier ones, or all of a line closed with other figures."""
    if part["is_restated"]:
        return str(part["line_reason"])
    if part["transaction_id"] is None:
        return "For earlier deals of the window: their rate, the quota or a cap has changed"
    return part["account_name"] or "no customer"
