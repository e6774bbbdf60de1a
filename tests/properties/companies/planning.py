"""What is paid for: plans and components of every shape that has a meaning, with tiers, modifiers and schedules."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from itertools import pairwise

from .frame import Drawing, Drawn

BY_CREDIT = ("marginal", "retroactive", "excess", "reached")
BY_POINT = ("step", "linear")
WINDOWS = ("month", "quarter", "year")


@dataclass(frozen=True)
class Shape:
    """A combination that means something (calculation.md section 6, Shapes)."""

    source: str
    basis: str
    tier_basis: str
    method: str
    window: str


def _shapes() -> list[Shape]:
    methods = {
        ("credit", "credit", "attainment"): BY_CREDIT,
        ("credit", "credit", "amount"): BY_CREDIT,
        ("credit", "credit", "margin"): BY_POINT,
        ("credit", "target_incentive", "attainment"): (*BY_CREDIT, *BY_POINT),
        ("credit", "target_incentive", "amount"): BY_POINT,
        ("credit", "target_incentive", "margin"): BY_POINT,
        ("credit", "flat", "attainment"): BY_POINT,
        ("credit", "flat", "amount"): BY_POINT,
        ("credit", "flat", "margin"): BY_POINT,
        ("objective", "target_incentive", "attainment"): (*BY_CREDIT, *BY_POINT),
        ("objective", "flat", "attainment"): BY_POINT,
    }
    return [
        Shape(source, basis, tier_basis, method, window)
        for (source, basis, tier_basis), allowed in methods.items()
        for method in allowed
        for window in (*WINDOWS, "deal")
        if window != "deal" or (tier_basis != "attainment" and basis != "target_incentive")
    ]


SHAPES = _shapes()
# The shapes that pay per credit are the ones with most to go wrong.
WEIGHTED = [shape for shape in SHAPES for _ in range(4 if shape.basis == "credit" else 1)]


def planning(d: Drawing, measures: list[Drawn]) -> dict[str, list[Drawn]]:
    """One plan or two, the second going on where the first ends."""
    rows: dict[str, list[Drawn]] = {
        name: []
        for name in (
            "plans", "plan_components", "rate_tiers", "component_modifiers", "release_schedules", "ramp_schedules",
            "quota_seasonality",
        )
    }  # fmt: skip
    for plan_id in ("p", "q")[: d.pick((1, 1, 2))]:
        plan: Drawn = {"plan_id": plan_id, "currency": d.pick(("USD", "USD", "EUR"))}
        plan["quota_proration"] = d.pick(("none", "active_days", "active_days", None))
        plan["incentive_proration"] = d.pick(("none", "active_days", "active_days", None))
        plan["paid_leave_counts"] = d.maybe(60, (True, False))
        plan["continues_plan_id"] = "p" if plan_id == "q" and d.chance(60) else None
        rows["plans"].append(plan)
        if d.chance(35):
            shares = d.pick((("0", "0.5"), ("0.25", "0.5", "0.75"), ("0.333333333", "0.666666667")))
            for month, share in enumerate(shares, start=1):
                ramp: Drawn = {"plan_id": plan_id, "tenure_month": month, "quota_share": Decimal(share)}
                rows["ramp_schedules"].append(ramp)
        _components(d, plan_id, measures, rows)
    for measure in measures:
        if d.chance(20):
            rows["quota_seasonality"] += _seasonality(d, str(measure["measure_id"]))
    return rows


def _components(d: Drawing, plan_id: str, measures: list[Drawn], rows: dict[str, list[Drawn]]) -> None:
    names = [f"{plan_id}-c{number}" for number in range(d.pick((1, 2, 2, 3)))]
    for name in names:
        shape = d.pick(WEIGHTED)
        others = [other for other in names if other != name]
        measure = d.pick(measures) if shape.source == "credit" else None
        row: Drawn = {"component_id": name, "plan_id": plan_id, "component_source": shape.source}
        row |= {"measure_id": measure["measure_id"] if measure else None, "payout_basis": shape.basis}
        row |= {"tier_basis": shape.tier_basis, "tier_method": shape.method, "window": shape.window}
        row["weight"] = d.maybe(40, (Decimal("0.6"), Decimal("0.333333333"), Decimal("0")))
        row["quota_basis"] = d.pick(("to_date", "full_window", None))
        row["payment_frequency"] = d.pick(("month", "month", "quarter", "year", None))
        row["cap_amount"] = d.maybe(20, (Decimal("0"), Decimal("40.01"), Decimal("150"), Decimal("500.55")))
        if shape.window != "deal":
            row["threshold_attainment"] = d.maybe(15, (Decimal("0.5"), Decimal("0.8"), Decimal("0.33333333")))
            row["cap_attainment"] = d.maybe(20, (Decimal("1"), Decimal("1.5"), Decimal("0.9"), Decimal("1.33333333")))
        row["cross_component_id"] = d.maybe(20, others) if others else None
        _release(d, row, rows)
        rows["plan_components"].append(row)
        is_units = measure is not None and measure["value"] in ("quantity", "count")
        if d.chance(92) or row["cross_component_id"]:
            rows["rate_tiers"] += _tiers(d, row, is_units)
        for other in d.some(others, 20):
            rows["component_modifiers"] += _modifiers(d, name, other)


def _release(d: Drawing, row: Drawn, rows: dict[str, list[Drawn]]) -> None:
    kinds = ("invoice", "payment", "payment", "schedule") if row["payout_basis"] == "credit" else ("schedule",)
    row["release_event"] = d.maybe(35, kinds)
    if row["release_event"] is None:
        return
    row["release_share_at_booking"] = d.maybe(70, (Decimal("0"), Decimal("0.5"), Decimal("0.333333333"), Decimal("1")))
    if row["release_event"] == "schedule":
        steps = d.pick(
            (
                ((1, "0.5"), (2, "0.5")),
                ((0, "0.333333333"), (3, "0.666666667")),
                ((0, "1"),),
                ((2, "0.25"), (3, "0"), (14, "0.75")),
            )
        )
        for after_months, share in steps:
            step: Drawn = {"component_id": row["component_id"], "after_months": after_months, "share": Decimal(share)}
            rows["release_schedules"].append(step)


def _tiers(d: Drawing, component: Drawn, is_units: bool) -> list[Drawn]:
    """Rising tiers, with gaps and ends now and then; of a matrix a set of them for each band of the other reading."""
    bands: list[tuple[str | None, str | None]] = [(None, None)]
    if component["cross_component_id"]:
        bands = d.pick(
            (
                [("0", "0.5"), ("0.5", None)],
                [("-5", "0.3"), ("0.3", "0.9")],
                [(None, "0.4"), ("0.4", None)],
                [(None, None)],
                [("0", "1"), ("1", "1.00000001"), ("1.00000001", "9")],
            )
        )
    rows: list[Drawn] = []
    for cross_from, cross_to in bands:
        starts = _starts(d, component["tier_basis"], is_units)
        for start, end in pairwise([*starts, None]):
            assert start is not None
            row: Drawn = {"component_id": component["component_id"], "tier_from": start}
            row["cross_from"] = None if cross_from is None else Decimal(cross_from)
            row["cross_to"] = None if cross_to is None else Decimal(cross_to)
            middle = start + max(abs(start), Decimal(1)) if end is None else _halfway(start, end)
            if d.chance(12) and middle > start:  # ends before the next begins, or is the last and ends at all
                row["tier_to"] = middle
            elif end is not None and d.chance(50):
                row["tier_to"] = end
            row["rate"] = _rate(d, component, is_units)
            rows.append(row)
    return rows


def _halfway(start: Decimal, end: Decimal) -> Decimal:
    return start + ((end - start) / 2).quantize(Decimal("0.00000001"), rounding=ROUND_DOWN)


def _starts(d: Drawing, tier_basis: str, is_units: bool) -> list[Decimal]:
    edges = {
        "attainment": ("0.33333333", "0.5", "0.8", "1", "1.00000001", "1.2", "2"),
        "amount": ("1", "2", "2.5", "10") if is_units else ("250", "500", "1000", "1000.01", "2500"),
        "margin": ("0.2", "0.3333", "0.5", "1"),
    }[tier_basis]
    first = d.pick(("0", "0", "0", "0", edges[0], "-0.5"))
    chosen = sorted({Decimal(edge) for edge in d.some(edges, 35)} | {Decimal(first)})
    return chosen[:4]


def _rate(d: Drawing, component: Drawn, is_units: bool) -> Decimal:
    if component["payout_basis"] == "flat":
        return Decimal(d.pick(("100", "250.55", "0", "999.99", "33.33333333")))
    rates: tuple[str, ...] = ("0", "0.05", "0.08", "0.1234", "0.03333333", "0.1", "0.125", "-0.02")
    if component["payout_basis"] == "target_incentive":
        rates = ("0", "0.5", "1", "1.25", "0.33333333")
    scale = 100 if is_units and component["payout_basis"] == "credit" else 1
    return Decimal(d.pick(rates)) * scale


def _modifiers(d: Drawing, component_id: str, other_id: str) -> list[Drawn]:
    """A gate, an accelerator, or straight lines between points."""
    method = d.pick(("step", "linear", None))
    starts = sorted({Decimal(edge) for edge in d.some(("0", "0.5", "0.8", "1", "1.2"), 50)} or {Decimal(0)})
    rows: list[Drawn] = []
    for start, end in pairwise([*starts, None]):
        assert start is not None
        row: Drawn = {"component_id": component_id, "by_component_id": other_id, "tier_from": start, "method": method}
        if d.chance(20):
            row["tier_to"] = start + Decimal("0.1") if end is None else end
        row["multiplier"] = Decimal(d.pick(("0", "0.5", "1", "1.1", "1.33333333")))
        rows.append(row)
    return rows


def _seasonality(d: Drawing, measure_id: str) -> list[Drawn]:
    shares = d.pick(
        (
            ("0.05", "0.05", "0.1", "0.05", "0.05", "0.15", "0.05", "0.05", "0.1", "0.05", "0.1", "0.2"),
            ("0.5", "0.5"),
            ("0", "0", "0", "1"),
            ("0.333333333", "0.333333333", "0.333333334"),
        )
    )
    return [
        {"measure_id": measure_id, "month_of_year": month, "share": Decimal(share)}
        for month, share in enumerate(shares, start=1)
    ]
