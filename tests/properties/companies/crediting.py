"""Who is credited: measures, reversal schedules, credit rules, territories with their rules and assignees."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from .frame import LAST_MONTH, Drawing, Drawn
from .people import MANAGERS, ROLES
from .selling import ACCOUNTS, COUNTRIES, FAMILIES, INDUSTRIES, POSTAL_CODES, REGIONS, SEGMENTS, TYPES

ALIGNMENTS = ("core", "over")
ASSIGNMENT_ROLES = ("owner", "helper")
EVENT_TYPES = (*["booking"] * 8, "booking|invoice", "payment", "invoice", "booking|cancellation")


def crediting(d: Drawing, workers: list[str]) -> dict[str, list[Drawn]]:
    """Everything from an event to a credit."""
    measures = [_measure(d, f"m{number}") for number in range(d.pick((1, 1, 2, 3)))]
    rows: dict[str, list[Drawn]] = {"measures": measures, "reversal_schedules": [], "credit_rules": []}
    for measure in measures:
        rows["reversal_schedules"] += _reversal_schedule(d, str(measure["measure_id"]))
        rows["credit_rules"] += _credit_rules(d, str(measure["measure_id"]))
    return rows | _territories(d, workers)


def _measure(d: Drawing, measure_id: str) -> Drawn:
    row: Drawn = {"measure_id": measure_id, "event_types": d.pick(EVENT_TYPES)}
    row["value"] = d.pick(("amount", "amount", "amount", "margin", "quantity", "count"))
    row["product_family"] = d.maybe(15, ("soft", "hard", "soft|hard"))
    row["opportunity_type"] = d.maybe(8, (*TYPES, "new|renewal|other"))
    row["min_amount"] = d.maybe(10, (Decimal("0"), Decimal("250"), Decimal("1000")))
    row["min_margin"] = d.maybe(10, (Decimal("0.2"), Decimal("0.5"), Decimal("0.3333"), Decimal("-0.2")))
    row["min_term_months"] = d.maybe(6, (12, 6))
    row["reversal_timing"] = d.pick(("event_period", "original_period", None))
    row["reversal_window_days"] = d.maybe(20, (30, 60, 90, 0))
    return row


def _reversal_schedule(d: Drawing, measure_id: str) -> list[Drawn]:
    schedules: tuple[tuple[tuple[int, int | None, str], ...], ...] = (
        ((0, 30, "1"), (30, 60, "0.5"), (60, 90, "0.333333333")),
        ((30, 60, "0.75"), (60, None, "0.25")),
        ((0, 90, "1"),),
        ((31, None, "0"),),
    )
    steps = d.maybe(25, schedules) or ()
    return [
        {"measure_id": measure_id, "from_days": first, "to_days": end, "share": Decimal(share)}
        for first, end, share in steps
    ]


def _credit_rules(d: Drawing, measure_id: str) -> list[Drawn]:
    """A rule that reaches sellers, and up to three more of any source."""
    sources = [d.pick(("owner", "owner", "owner", "territory"))]
    for _ in range(d.pick((0, 0, 1, 2, 3))):
        sources.append(d.pick(("owner", "overlay_split", "territory", "manager", "manager")))
    rows = []
    for place, source in enumerate(sources):
        row: Drawn = {"credit_rule_id": f"{measure_id}-r{place}", "measure_id": measure_id, "credit_source": source}
        row |= {"sales_role": d.maybe(15, ROLES), "product_family": d.maybe(15, FAMILIES)}
        row["credit_share"] = None if d.chance(60) else d.share()
        row["priority"] = None if d.chance(50) else d.number(1, 2)
        if source == "territory":
            row |= {"alignment": d.maybe(70, ALIGNMENTS), "assignment_role": d.maybe(40, ASSIGNMENT_ROLES)}
        if source == "manager":
            row["manager_levels"] = d.maybe(60, (1, 2, 3))
        if d.chance(15):
            row["valid_from"] = d.day_in(1, 4)
        if d.chance(15):
            row["valid_to"] = d.day_in(5, 8)
        rows.append(row)
    return rows


def _territories(d: Drawing, workers: list[str]) -> dict[str, list[Drawn]]:
    """Two territories a map, rules that overlap with equal priorities, assignees who come and go."""
    rows: dict[str, list[Drawn]] = {"territories": [], "territory_rules": [], "territory_assignments": []}
    for alignment in ALIGNMENTS:
        names = [f"{alignment}-{number}" for number in range(2)]
        rows["territories"] += [{"territory_id": name, "alignment": alignment} for name in names]
        for number in range(d.number(1, 4)):
            rows["territory_rules"].append(_territory_rule(d, f"{alignment}-rule{number}", d.pick(names)))
        for name in names:
            rows["territory_assignments"] += _assignments(d, name, workers)
    return rows


def _territory_rule(d: Drawing, rule_id: str, territory_id: str) -> Drawn:
    """At least one criterion is of the company's own, or the rule would reach the accounts of others."""
    row: Drawn = {"territory_rule_id": rule_id, "territory_id": territory_id, "priority": d.maybe(60, (1, 2))}
    criteria: dict[str, tuple[str, ...]] = {
        "account_id": ACCOUNTS, "parent_account_id": ACCOUNTS[:1], "industry": INDUSTRIES, "segment": SEGMENTS,
        "country": COUNTRIES, "region": REGIONS, "postal_prefix": ("1", "10", "101", "20", *POSTAL_CODES),
    }  # fmt: skip
    names = {d.pick(tuple(criteria)), *d.some(tuple(criteria), 8)}
    row |= {name: d.pick(criteria[name]) for name in criteria if name in names}
    row["product_family"] = d.maybe(20, FAMILIES)
    if d.chance(20):
        row["valid_from"] = d.day_in(1, 4)
    if d.chance(20):
        row["valid_to"] = d.day_in(5, 8)
    return row


def _assignments(d: Drawing, territory_id: str, workers: list[str]) -> list[Drawn]:
    rows: list[Drawn] = []
    for worker_id in d.some([name for name in workers if name not in MANAGERS], 50):
        role, start = d.pick(ASSIGNMENT_ROLES), d.frame.month(-2)
        key: Drawn = {"territory_id": territory_id, "worker_id": worker_id, "assignment_role": role}
        row = key | {"valid_from": start, "credit_share": None if d.chance(50) else d.share()}
        rows.append(row)
        if d.chance(25):
            row["valid_to"] = d.day_in(2, LAST_MONTH)
            if d.chance(50):
                later = row["valid_to"] + timedelta(days=d.pick((0, 15)))
                rows.append(key | {"valid_from": later, "credit_share": d.share()})
        if d.chance(15):
            other = next(name for name in ASSIGNMENT_ROLES if name != role)
            rows.append(key | {"assignment_role": other, "valid_from": start, "credit_share": d.share()})
    return rows
