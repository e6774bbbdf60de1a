"""A whole company, and many of them; where months are closed, half have a ledger that was true when it was closed."""

from __future__ import annotations

import copy
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

from case_files import Case
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.internal.conjecture import providers
from oracle import Company, compute

from .crediting import crediting
from .frame import FRAMES, LAST_CLOSED_MONTH, Drawing, Drawn, Frame
from .payees import payees
from .people import people
from .planning import planning
from .selling import selling

Rows = dict[str, list[Drawn]]

# Hypothesis mixes in constants of whatever modules are loaded: the same seed would give other companies in another run.
providers._get_local_constants = providers.Constants  # type: ignore[attr-defined]


def drawn(frame: Frame, count: int, seed_number: int) -> list[Case]:
    """So many companies, the same ones for the same seed, named apart."""
    first = seed_number * 1_000_000 + FRAMES.index(frame) * 100_000
    return [as_case(_one(frame, first + place), frame, f"{frame.name}-{seed_number}-{place}") for place in range(count)]


def _one(frame: Frame, seed_number: int) -> Rows:
    """The second example of a run of its own: the first is the simplest there is, later ones resemble each other."""
    found: list[Rows] = []

    @seed(seed_number)
    @settings(
        max_examples=2,
        phases=[Phase.generate],
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(company(frame))
    def keep(rows: Rows) -> None:
        found.append(rows)

    keep()
    return found[-1]


def as_case(rows: Rows, frame: Frame, case_id: str) -> Case:
    """A case of the rows, without expectations."""
    title, source = "A company drawn at random", "tests/properties/companies"
    return Case(case_id, title, source, frame.start_month or 1, frame.as_of, rows, (), Path(f"{case_id}.yaml"))


@st.composite
def company(draw: Callable[[st.SearchStrategy[Any]], Any], frame: Frame) -> Rows:
    """Rows by entity, complete: nothing is left to a case's defaults."""
    d = Drawing(draw, frame)
    rows: Rows = {"fx_rates": frame.rates(), "fiscal_calendar": frame.calendar()} | people(d)
    workers = [str(worker["worker_id"]) for worker in rows["workers"]]
    rows |= selling(d, workers)
    rows |= crediting(d, workers)
    rows |= planning(d, rows["measures"])
    rows |= payees(d, rows)
    if frame.is_closed:
        _close_months(d, rows)
    return rows


def _close_months(d: Drawing, rows: Rows) -> None:
    """Half have a whole ledger; every one has a line of the last closed month, so that all close the same months."""
    paid: Drawn = {"worker_id": "max", "amount": Decimal("12.34"), "currency": "USD"}
    opening = paid | {"adjustment_id": "opening", "period": d.frame.period(0), "approved_by": "lee"}
    rows["payout_adjustments"].append(opening)
    line = paid | {"earned_period": d.frame.period(0), "pay_period": d.frame.period(LAST_CLOSED_MONTH)}
    line |= {"line_type": "manual", "payroll_amount": paid["amount"], "payroll_currency": "USD"}
    rows["settled_payouts"] = [line]
    if d.chance(60):
        known = _as_known_then(d, rows)
        rows["settled_payouts"] += _settled(known, d.frame)


def _as_known_then(d: Drawing, rows: Rows) -> Rows:
    """What was known when the months were closed: late events, cancellations, quotas and leavers are not."""
    known = copy.deepcopy(rows)
    del known["settled_payouts"]
    known["payout_adjustments"] = [row for row in known["payout_adjustments"] if row["adjustment_id"] != "opening"]
    if d.chance(30):
        return known
    closed_through = d.frame.closed_through
    events = [event for event in known["sales_events"] if event["event_date"] <= closed_through and not d.chance(15)]
    while True:
        ids = {event["event_id"] for event in events}
        whole = [event for event in events if event.get("related_event_id") in (None, *ids)]
        if len(whole) == len(events):
            break
        events = whole
    known["sales_events"] = events
    for quota in known["quotas"]:
        if d.chance(15):
            quota["quota_amount"] += 100
    for worker in known["workers"]:
        if d.chance(20):
            worker.pop("termination_date", None)
    for tier in known["rate_tiers"]:
        if d.chance(10):
            tier["rate"] += Decimal("0.01")
    known["payout_adjustments"] = [row for row in known["payout_adjustments"] if not d.chance(30)]
    return known


def _settled(known: Rows, frame: Frame) -> list[Drawn]:
    """The ledger that closing those months wrote, by the oracle."""
    lines = compute(Company(known, frame.start_month or 1, frame.closed_through))["fct_payouts"]
    names = {"earned_period_id": "earned_period", "pay_period_id": "pay_period"}
    return [
        {names.get(name, name): value for name, value in line.items() if name not in ("payout_line_id", "is_settled")}
        for line in lines
        if str(line["pay_period_id"]) <= frame.period(LAST_CLOSED_MONTH)
    ]
