"""Cases side by side in one company: which fit into one build, and how their rows are kept apart.

Each case's ids and every text that rules match on get the case's id in front, and its measures name its own
product families, so that nobody's rows meet. Rows of the marts are given back without the prefix.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from case_files import ENTITIES, Case, Row, Value

MATCHED_TEXT = {
    "alignment", "assignment_role", "sales_role", "industry", "segment", "country", "region",
    "postal_code", "postal_prefix", "product_family", "email",
}  # fmt: skip
RULES = {
    "measures", "reversal_schedules", "credit_rules", "territories", "territory_rules", "plans", "plan_components",
    "release_schedules", "rate_tiers", "component_modifiers", "ramp_schedules", "quota_seasonality", "fx_rates",
    "fiscal_calendar",
}  # fmt: skip
NO_FAMILY = "no-family"


@dataclass(frozen=True)
class CompanyOfCases:
    """Cases that can be built together; they share calendar, as-of date, closed months and rates."""

    cases: tuple[Case, ...]

    @property
    def fiscal_year_start_month(self) -> int:
        return self.cases[0].fiscal_year_start_month

    @property
    def as_of(self) -> date:
        return self.cases[0].as_of


def companies(cases: Iterable[Case]) -> list[CompanyOfCases]:
    """The cases in as few companies as can be built (cases.md)."""
    groups: list[list[Case]] = []
    for case in cases:
        for group in groups:
            if all(_fit(case, other) for other in group):
                group.append(case)
                break
        else:
            groups.append([case])
    return [CompanyOfCases(tuple(group)) for group in groups]


def _fit(one: Case, other: Case) -> bool:
    same = (_calendar(one), one.as_of, _last_closed(one)) == (_calendar(other), other.as_of, _last_closed(other))
    return same and _rates_agree(one, other) and _rates_agree(other, one)


def _calendar(case: Case) -> tuple[object, ...]:
    rows = sorted(str(sorted(row.items())) for row in case.given.get("fiscal_calendar", []))
    return (case.fiscal_year_start_month, *rows)


def _last_closed(case: Case) -> Value:
    return max((str(row["pay_period"]) for row in case.given.get("settled_payouts", [])), default=None)


def _rates_agree(one: Case, other: Case) -> bool:
    """Whether the other's rates change nothing for the one: same rate, or a pair that the one never converts."""
    rates = {_pair(row): row["rate"] for row in one.given.get("fx_rates", [])}
    used = {
        str(value) for rows in one.given.values() for row in rows for name, value in row.items() if "currency" in name
    }
    return all(
        rates.get(_pair(row)) == row["rate"]
        for row in other.given.get("fx_rates", [])
        if _pair(row) in rates or {str(row["from_currency"]), str(row["to_currency"])} <= used
    )


def _pair(row: Row) -> tuple[Value, ...]:
    return row["period"], row["from_currency"], row["to_currency"]


def write_company(company: CompanyOfCases, landing: Path, rules: Path, ledger: Path) -> None:
    """The company's files: one CSV an entity, as a team would deliver them; settled lines as a folder of the ledger."""
    settled = ledger / "given"
    for folder in (landing, rules, settled):
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob("*.csv"):
            old.unlink()
    for entity, columns in ENTITIES.items():
        rows = [row for case in company.cases for row in prefixed(case).get(entity, [])]
        if entity == "fx_rates":
            rows = list({_pair(row): row for row in rows}.values())
        if entity == "fiscal_calendar":
            rows = list({row["period"]: row for row in rows}.values())
        if rows or entity in RULES:
            folder = rules if entity in RULES else settled if entity == "settled_payouts" else landing
            write_csv(folder / f"{entity}.csv", list(columns), rows)


def write_csv(path: Path, columns: Sequence[str], rows: Sequence[Mapping[str, Value]]) -> None:
    """Rows of one entity as its file, dates and numbers as a team would write them."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows({name: _text(value) for name, value in row.items()} for row in rows)


def _text(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value:f}"
    return str(value).lower() if isinstance(value, bool) else str(value)


def prefix_of(case: Case) -> str:
    return f"{case.id}."


def prefixed(case: Case) -> dict[str, list[Row]]:
    """The case's rows under names of its own."""
    prefix = prefix_of(case)
    given = {
        entity: [{name: _renamed(name, value, prefix) for name, value in row.items()} for row in rows]
        for entity, rows in case.given.items()
    }
    for product in given.get("products", []):
        if product.get("product_family") is None:
            product["product_family"] = prefix + NO_FAMILY
    without_product: Row = {"product_id": prefix + "no-product", "product_family": prefix + NO_FAMILY}
    given.setdefault("products", []).append(without_product)
    for event in given.get("sales_events", []):
        if event.get("product_id") is None:
            event["product_id"] = without_product["product_id"]
    families = sorted({str(product["product_family"]) for product in given["products"]})
    for measure in given.get("measures", []):
        if measure.get("product_family") is None:
            measure["product_family"] = "|".join(families)
    return given


def _renamed(name: str, value: Value, prefix: str) -> Value:
    if isinstance(value, str) and value and (name.endswith("_id") or name in MATCHED_TEXT):
        return "|".join(prefix + part for part in value.split("|"))
    return value


def rows_by_case(company: CompanyOfCases, rows: Iterable[Mapping[str, Value]]) -> dict[str, list[dict[str, Value]]]:
    """A mart's rows by case, without prefixes; rows that name no case (periods) belong to all."""
    ids = {case.id for case in company.cases}
    by_case: dict[str, list[dict[str, Value]]] = {case_id: [] for case_id in ids}
    pattern = re.compile(r"(?:^|:)([a-z0-9-]+)\.")
    for row in rows:
        found = (
            match.group(1) for value in row.values() if isinstance(value, str) and (match := pattern.search(value))
        )
        owner = next((case_id for case_id in found if case_id in ids), None)
        for case_id in [owner] if owner else ids:
            by_case[case_id].append({name: _without(value, case_id) for name, value in row.items()})
    return by_case


def _without(value: Value, case_id: str) -> Value:
    """The text as the case wrote it; a transaction's id is the case's event id with the source system in front."""
    if not isinstance(value, str):
        return value
    return value.replace(f"canonical:{case_id}.", "").replace(f"{case_id}.", "")
