"""What the publication holds on some payout lines, read by key in one go: a line, or all lines of a company.

Nothing is worked out here; every row is as published, under the column names of the marts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from decimal import Decimal
from functools import cached_property
from typing import Any

import duckdb

from orchestration.publish.store import rows

Row = dict[str, Any]
Key = tuple[Any, ...]


class Facts:
    """The rows behind payout lines. Each property is read once, for all lines; then everything is a look-up."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, lines: list[Row]) -> None:
        self.connection = connection
        self.lines = lines
        self.workers = _distinct(lines, "worker_id")
        self.earned = {(line["worker_id"], line["component_id"], line["earned_period_id"]) for line in lines}

    def _read(self, query: str, *values: Iterable[Any]) -> list[Row]:
        return rows(self.connection, query, [list(value) for value in values])

    @cached_property
    def causes(self) -> dict[str, list[Row]]:
        """What changed behind each adjustment since the closing before it."""
        query = """
            select * from reporting.rpt_restatements
            where cause <> 'recomputed' and payout_line_id in (select unnest(?::text[]))
            order by payout_line_id, cause, entity, record_key, column_name
        """
        found: dict[str, list[Row]] = defaultdict(list)
        for row in self._read(query, _distinct(self.lines, "payout_line_id")):
            found[row["payout_line_id"]].append(row)
        return found

    # Rules and names: small tables, read whole

    @cached_property
    def components(self) -> dict[str, Row]:
        return {row["component_id"]: row for row in self._read("select * from marts.dim_plan_components")}

    @cached_property
    def periods(self) -> dict[str, Row]:
        return {row["period_id"]: row for row in self._read("select * from marts.dim_periods")}

    @cached_property
    def names(self) -> dict[str, str]:
        people = self._read("select worker_id, worker_name from marts.dim_workers")
        return {row["worker_id"]: row["worker_name"] or row["worker_id"] for row in people}

    @cached_property
    def territories(self) -> dict[str, Row]:
        return {row["territory_id"]: row for row in self._read("select * from marts.dim_territories")}

    @cached_property
    def credit_rules(self) -> dict[str, Row]:
        return {row["credit_rule_id"]: row for row in self._read("select * from marts.dim_credit_rules")}

    @cached_property
    def rates(self) -> dict[Key, Decimal]:
        query = "select period_id, from_currency, to_currency, rate from marts.dim_exchange_rates"
        return {tuple(list(row.values())[:3]): row["rate"] for row in self._read(query)}

    @cached_property
    def files(self) -> dict[Key, str]:
        query = "select source_system, raw_load_id, raw_file, raw_file_sha256 from marts.dim_landing_files"
        return {tuple(list(row.values())[:3]): row["raw_file_sha256"] for row in self._read(query)}

    @cached_property
    def tiers(self) -> dict[Key, list[Row]]:
        query = "select * from reporting.rpt_component_tiers order by component_id, band_from, tier_from"
        return _grouped(self._read(query), "component_id")

    @cached_property
    def modifiers(self) -> dict[Key, list[Row]]:
        query = "select * from reporting.rpt_component_modifiers order by component_id, by_component_id, tier_from"
        return _grouped(self._read(query), "component_id", "by_component_id")

    @cached_property
    def schedules(self) -> dict[Key, list[Row]]:
        return _grouped(self._read("select * from marts.dim_release_schedules order by after_months"), "component_id")

    # By worker

    def _of_workers(self, columns: str, order: str) -> list[Row]:
        """Rows of the lines' workers. columns: `list from table`."""
        query = f"select {columns} where worker_id in (select unnest(?::text[])) order by {order}"
        return self._read(query, self.workers)

    @cached_property
    def attainment(self) -> dict[Key, Row]:
        found = self._of_workers("* from marts.fct_attainment", "month_index")
        return {_key(row, "worker_id", "component_id", "period_id"): row for row in found}

    @cached_property
    def window_attainment(self) -> dict[Key, list[Row]]:
        return _grouped(self.attainment.values(), "worker_id", "component_id", "window_id")

    @cached_property
    def earnings(self) -> dict[Key, Row]:
        found = self._of_workers("* from marts.fct_earnings", "period_id")
        return {_key(row, "worker_id", "component_id", "period_id"): row for row in found}

    @cached_property
    def window_months(self) -> dict[Key, list[Row]]:
        found = self._of_workers("* from reporting.rpt_window_months", "period_id")
        return _grouped(found, "worker_id", "component_id", "window_id")

    @cached_property
    def objectives(self) -> dict[Key, list[Row]]:
        found = self._of_workers("* from reporting.rpt_objectives", "objective_id")
        return _grouped(found, "worker_id", "component_id", "window_id")

    @cached_property
    def held(self) -> dict[Key, list[Row]]:
        found = self._of_workers("* from reporting.rpt_held_deals", "credit_id")
        return _grouped(found, "worker_id", "component_id", "earned_period_id")

    @cached_property
    def releases(self) -> dict[Key, list[Row]]:
        found = self._of_workers("* from reporting.rpt_hold_releases", "credit_id, release_period_id")
        return _grouped(found, "worker_id", "component_id", "earned_period_id")

    @cached_property
    def draws(self) -> dict[Key, Row]:
        found = self._of_workers("* from reporting.rpt_draw_balances", "period_id")
        return {_key(row, "worker_id", "draw_type", "period_id", "currency"): row for row in found}

    @cached_property
    def all_lines(self) -> list[Row]:
        """All payout lines of the workers: what was settled before, what a draw is set against."""
        return self._of_workers("* from marts.fct_payouts", "pay_period_id, component_id, line_type")

    @cached_property
    def reasons(self) -> dict[str, str]:
        """Why manual lines are paid, by line."""
        query = """select payout_line_id, line_reason from reporting.rpt_payout_statement
            where line_type = 'manual' and worker_id in (select unnest(?::text[]))"""
        return {row["payout_line_id"]: row["line_reason"] for row in self._read(query, self.workers)}

    @cached_property
    def deals(self) -> dict[Key, list[Row]]:
        """What each credit earned in the earned months, tier by tier."""
        query = """select * from marts.fct_deal_earnings
            where worker_id in (select unnest(?::text[])) and period_id in (select unnest(?::text[]))
            order by tier_from nulls last, rate, transaction_id nulls last"""
        found = self._read(query, self.workers, {period for _, _, period in self.earned})
        return _grouped(found, "worker_id", "component_id", "period_id")

    # By line, credit and transaction

    @cached_property
    def lineage(self) -> dict[Key, list[Row]]:
        query = """select * from reporting.rpt_payout_lineage where payout_line_id in (select unnest(?::text[]))
            order by entity, record_key, credit_id"""
        return _grouped(self._read(query, _distinct(self.lines, "payout_line_id")), "payout_line_id")

    @cached_property
    def held_here(self) -> list[Row]:
        """The holds of the lines' earned months."""
        return [row for key in self.earned for row in self.held.get(key, ())]

    @cached_property
    def credits(self) -> dict[str, Row]:
        ids = {row["credit_id"] for found in self.lineage.values() for row in found if row["credit_id"]}
        ids |= {row["credit_id"] for row in self.held_here if row["credit_id"]}
        query = "select * from marts.fct_credits where credit_id in (select unnest(?::text[]))"
        return {row["credit_id"]: row for row in self._read(query, ids)}

    @cached_property
    def fellow_credits(self) -> dict[Key, dict[str, Row]]:
        """Whom else the managers' deals credit, by transaction, measure and worker: the way up the reporting line."""
        managed = _distinct(
            [row for row in self.credits.values() if row["credit_source"] == "manager"], "transaction_id"
        )
        query = """select transaction_id, measure_id, worker_id, credit_source, via_worker_id, credit_share
            from marts.fct_credits where transaction_id in (select unnest(?::text[])) order by worker_id"""
        found: dict[Key, dict[str, Row]] = defaultdict(dict)
        for row in self._read(query, managed) if managed else ():
            found[_key(row, "transaction_id", "measure_id")][row["worker_id"]] = row
        return found

    @cached_property
    def transactions(self) -> dict[str, Row]:
        ids = {row["transaction_id"] for row in self.credits.values()}
        ids |= {row["origin_transaction_id"] for row in self.credits.values()}
        ids |= {row["transaction_id"] for found in self.deals.values() for row in found if row["transaction_id"]}
        return {row["transaction_id"]: row for row in self._events("transaction_id in (select unnest(?::text[]))", ids)}

    def _events(self, condition: str, *values: Iterable[Any]) -> list[Row]:
        """Sales events with the names of customer and product."""
        return self._read(
            f"""
            select events.*, accounts.account_name, products.product_name
            from (select * from marts.fct_transactions where {condition}) as events
            left join marts.dim_accounts as accounts on events.account_id = accounts.account_id
            left join marts.dim_products as products on events.product_id = products.product_id
            order by events.event_date, events.transaction_id
            """,
            *values,
        )

    @cached_property
    def cash(self) -> dict[Key, list[Row]]:
        """Invoices and payments of the deals held, with their cancellations, by the event or opportunity they name."""
        origins = [self.transactions[origin] for row in self.held_here if (origin := row["origin_transaction_id"])]
        if not origins:
            return {}
        found = self._events(
            """event_type in ('invoice', 'payment') and (
                related_event_id in (select unnest(?::text[])) or opportunity_id in (select unnest(?::text[])))""",
            _distinct(origins, "event_id"),
            _distinct(origins, "opportunity_id"),
        )
        by_id = {row["transaction_id"]: row for row in found}
        reversed_ = self._events(
            "event_type = 'cancellation' and reversed_transaction_id in (select unnest(?::text[]))", by_id
        )
        grouped: dict[Key, list[Row]] = defaultdict(list)
        for row in [*found, *reversed_]:
            paid = by_id.get(row["reversed_transaction_id"], row)
            if paid["related_event_id"]:
                grouped[paid["source_system"], paid["event_type"], "event", paid["related_event_id"]].append(row)
            elif paid["opportunity_id"]:
                grouped[paid["event_type"], "opportunity", paid["opportunity_id"]].append(row)
        return grouped

    def cash_of(self, held: Row, until: str) -> list[Row]:
        """The invoices or payments that release a hold, up to a month."""
        origin = self.transactions[held["origin_transaction_id"]]
        named = self.cash.get((origin["source_system"], held["release_event"], "event", origin["event_id"]))
        found = named or self.cash.get((held["release_event"], "opportunity", origin["opportunity_id"])) or []
        return [row for row in found if row["period_id"] and row["period_id"] <= until]

    @cached_property
    def alignments(self) -> dict[Key, list[Row]]:
        """By which rule a customer belongs to a territory."""
        placed = [row for row in self.credits.values() if row["territory_id"]]
        accounts = {self.transactions[row["origin_transaction_id"]]["account_id"] for row in placed}
        query = """select * from marts.fct_territory_alignments where account_id in (select unnest(?::text[]))"""
        return _grouped(self._read(query, accounts), "account_id", "territory_id")


def _distinct(found: Iterable[Row], column: str) -> list[Any]:
    return sorted({row[column] for row in found if row[column] is not None})


def _key(row: Row, *columns: str) -> Key:
    return tuple(row[column] for column in columns)


def _grouped(found: Iterable[Row], *columns: str) -> dict[Key, list[Row]]:
    make: Callable[[], list[Row]] = list
    grouped: dict[Key, list[Row]] = defaultdict(make)
    for row in found:
        grouped[_key(row, *columns)].append(row)
    return dict(grouped)
