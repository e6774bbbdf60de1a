"""Who works there: employment, jobs and managers, CRM users, pay, leaves."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from .frame import CURRENCIES, Drawing, Drawn

REPS = ("ann", "bob", "cyd")
MANAGERS = ("max", "top")
ROLES = ("rep", "lead")
GHOST = "ghost"  # a CRM user behind whom no worker is known


def people(d: Drawing) -> dict[str, list[Drawn]]:
    """Three sellers, two managers, and everything HR says of them."""
    workers = [*REPS, *MANAGERS]
    rows: dict[str, list[Drawn]] = {"workers": [], "crm_users": [], "worker_jobs": []}
    rows |= {"worker_compensation": [], "worker_leaves": []}
    for worker_id in workers:
        worker = _worker(d, worker_id)
        rows["workers"].append(worker)
        rows["crm_users"].append(_user(d, worker))
        rows["worker_jobs"] += _jobs(d, worker, workers)
        rows["worker_compensation"] += _compensation(d, worker_id)
        rows["worker_leaves"] += _leaves(d, worker_id)
    rows["crm_users"].append({"user_id": GHOST, "email": "nobody"})
    return rows


def _worker(d: Drawing, worker_id: str) -> Drawn:
    frame = d.frame
    early = d.chance(70) or worker_id in MANAGERS
    hired_on = frame.month(d.pick((-2, 0, 1))) if early else d.day_in(-1, 4)
    row: Drawn = {"worker_id": worker_id, "email": f"mail-{worker_id}", "hire_date": hired_on}
    if d.chance(25):
        row["termination_date"] = d.day(max(hired_on + timedelta(days=1), frame.month(2)), frame.month(10))
    row["payroll_currency"] = d.maybe(92, ("USD", "USD", "EUR", "GBP"))
    return row


def _user(d: Drawing, worker: Drawn) -> Drawn:
    if d.chance(20):
        return {"user_id": worker["worker_id"], "email": worker["email"]}
    return {"user_id": worker["worker_id"], "worker_id": worker["worker_id"]}


def _jobs(d: Drawing, worker: Drawn, workers: list[str]) -> list[Drawn]:
    """One job, or two with or without days between them; a cycle of managers now and then."""

    def job(valid_from: date) -> Drawn:
        worker_id = str(worker["worker_id"])
        above: list[str | None] = ["max", "max", "top", None] if worker_id in REPS else ["top", None]
        if d.chance(5):
            above = [*workers]
        row: Drawn = {"worker_id": worker_id, "valid_from": valid_from, "sales_role": d.pick((*ROLES, None))}
        manager = d.pick(above)
        return row | {"manager_worker_id": manager} if manager != worker_id else row

    first = job(worker["hire_date"])
    if not d.chance(30):
        return [first]
    changes_on = d.day(max(worker["hire_date"] + timedelta(days=1), d.frame.month(1)), d.frame.month(7))
    first["valid_to"] = changes_on
    return [first, job(changes_on + timedelta(days=d.pick((0, 0, 0, 10))))]


def _compensation(d: Drawing, worker_id: str) -> list[Drawn]:
    amounts = ("12000", "100000", "99999.99", "0", "50000.01")
    if d.chance(15):
        return []

    def pay(valid_from: date, valid_to: date | None) -> Drawn:
        currency = d.pick(("USD", "USD", *CURRENCIES))
        bounds: Drawn = {"worker_id": worker_id, "valid_from": valid_from, "valid_to": valid_to}
        return bounds | {"target_incentive": Decimal(d.pick(amounts)), "currency": currency}

    raised_on = d.day_in(2, 7)
    if d.chance(70):
        return [pay(d.frame.month(-11), None)]
    return [pay(d.frame.month(-11), raised_on), pay(raised_on + timedelta(days=d.pick((0, 0, 20))), None)]


def _leaves(d: Drawing, worker_id: str) -> list[Drawn]:
    rows: list[Drawn] = []
    starts: set[date] = set()
    for _ in range(d.pick((0, 0, 0, 1, 2))):
        start = d.day_in(1, 8)
        if start in starts:
            continue
        starts.add(start)
        row: Drawn = {"worker_id": worker_id, "leave_from": start, "is_paid": d.pick((True, False, False))}
        if not d.chance(10):
            row["leave_to"] = start + timedelta(days=d.pick((1, 5, 14, 31, 60)))
        rows.append(row)
    return rows
