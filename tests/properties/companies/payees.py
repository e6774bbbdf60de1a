"""What each payee is given: plans, quotas, objectives, draws and manual adjustments."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from .frame import LAST_MONTH, Drawing, Drawn
from .people import MANAGERS

QUOTAS = {
    "year": ("12000", "12000", "10000.01", "0", "100", "12345678.91"),
    "quarter": ("3000", "1000", "999.99", "100"),
    "month": ("1000", "500", "333.33", "0", "10"),
}


def payees(d: Drawing, rows: dict[str, list[Drawn]]) -> dict[str, list[Drawn]]:
    """Of a company of which people, measures and plans are drawn."""
    given: dict[str, list[Drawn]] = {
        name: [] for name in ("plan_assignments", "quotas", "objectives", "draws", "payout_adjustments")
    }
    plans = [str(plan["plan_id"]) for plan in rows["plans"]]
    components = rows["plan_components"]
    for worker in rows["workers"]:
        worker_id = str(worker["worker_id"])
        if worker_id in MANAGERS and not d.chance(50):
            continue
        given["plan_assignments"] += _assignments(d, worker_id, plans)
        for measure in rows["measures"]:
            given["quotas"] += _quotas(d, worker_id, measure)
        for component in components:
            if component["component_source"] == "objective":
                given["objectives"] += _objectives(d, worker_id, component)
        given["draws"] += _draws(d, worker_id)
        given["payout_adjustments"] += _adjustments(d, worker_id, [str(row["component_id"]) for row in components])
    return given


def _assignments(d: Drawing, worker_id: str, plans: list[str]) -> list[Drawn]:
    """On one plan, on one after the other, or on and off one."""

    def assignment(plan_id: str, valid_from: date, valid_to: date | None) -> Drawn:
        row: Drawn = {"worker_id": worker_id, "plan_id": plan_id, "valid_from": valid_from, "valid_to": valid_to}
        row["target_incentive"] = d.maybe(50, (Decimal("12000"), Decimal("60000.07"), Decimal("0")))
        return row

    first = d.frame.month(d.pick((1, 1, 1, 0, -1)))
    if d.chance(55):
        return [assignment(d.pick(plans), first, d.day_in(3, 8) if d.chance(15) else None)]
    changes_on = d.day_in(2, 7)
    later = changes_on + timedelta(days=d.pick((0, 0, 1, 5, 40)))
    return [assignment(plans[0], first, changes_on), assignment(d.pick(plans), later, None)]


def _quotas(d: Drawing, worker_id: str, measure: Drawn) -> list[Drawn]:
    """None, a year's, and finer ones in its place."""
    periods = [("year", "FY2026")] if d.chance(60) else []
    periods += [("quarter", f"FY2026-Q{number}") for number in range(1, 5) if d.chance(25)]
    periods += [("month", d.frame.period(number)) for number in range(1, LAST_MONTH + 1) if d.chance(20)]
    scale = Decimal("0.01") if measure["value"] in ("quantity", "count") else Decimal(1)
    rows: list[Drawn] = []
    for kind, period in periods:
        amount = (Decimal(d.pick(QUOTAS[kind])) * scale).quantize(Decimal("0.01"))
        key: Drawn = {"worker_id": worker_id, "measure_id": measure["measure_id"], "period": period}
        rows.append(key | {"quota_amount": amount})
    return rows


def _objectives(d: Drawing, worker_id: str, component: Drawn) -> list[Drawn]:
    periods = {
        "month": [d.frame.period(number) for number in range(1, 7)],
        "quarter": [f"FY2026-Q{number}" for number in (1, 2, 3)],
        "year": ["FY2026"],
    }[component["window"]]
    rows: list[Drawn] = []
    for period in d.some(periods, 75):
        weights = d.pick((("1",), ("0.5", "0.5"), ("0.333333333", "0.333333333", "0.333333334"), ("0.3", "0.6")))
        for place, weight in enumerate(weights):
            row: Drawn = {"objective_id": f"{worker_id}-{component['component_id']}-{period}-{place}"}
            row |= {"worker_id": worker_id, "component_id": component["component_id"], "period": period}
            row["weight"] = Decimal(weight)
            if d.chance(50):
                row["score"] = Decimal(d.pick(("0", "0.8", "1", "1.2", "0.333333333")))
            elif d.chance(85):
                row |= {"target_value": Decimal(d.number(0, 30)), "actual_value": Decimal(d.number(0, 40))}
            rows.append(row)
    return rows


def _draws(d: Drawing, worker_id: str) -> list[Drawn]:
    """Of one kind or both; a second one of a kind with terms of its own, at once, later, or in the same month."""
    rows: list[Drawn] = []
    for draw_type in ("recoverable", "nonrecoverable"):
        if not d.chance(25):
            continue
        start = d.day_in(-1, 5)
        currency = d.pick(("USD", "USD", "EUR", "GBP"))
        for _ in range(d.pick((1, 1, 2))):
            end = start + timedelta(days=d.pick((20, 45, 80, 110, 400)))
            row: Drawn = {"worker_id": worker_id, "valid_from": start, "valid_to": end, "draw_type": draw_type}
            row["amount_per_month"] = Decimal(d.pick(("50", "100", "333.33", "1000")))
            row["currency"] = currency
            if draw_type == "recoverable":
                row["recovery_share"] = d.maybe(
                    60, (Decimal("0.5"), Decimal("0.333333333"), Decimal("1"), Decimal("0"))
                )
                row["recovery_from"] = d.day(start, d.frame.month(LAST_MONTH)) if d.chance(40) else None
            rows.append(row)
            start = end + timedelta(days=d.pick((0, 0, 10, 40)))
    return rows


def _adjustments(d: Drawing, worker_id: str, components: list[str]) -> list[Drawn]:
    """At most one a month: the ledger keys its lines by worker, component, period and kind."""
    rows: list[Drawn] = []
    for number in d.some(tuple(range(1, LAST_MONTH + 1)), 8):
        row: Drawn = {"adjustment_id": f"{worker_id}-a{number}", "worker_id": worker_id}
        row |= {"component_id": d.pick((*components, None)), "period": d.frame.period(number)}
        row |= {"amount": Decimal(d.pick(("100", "-50", "33.33"))), "currency": d.pick(("USD", "USD", "EUR"))}
        row |= {"reason": "agreed", "requested_by": "lee", "approved_by": d.maybe(75, ("max",))}
        rows.append(row)
    return rows
