"""The same company with a change that must not matter to pay (calculation.md, What must always hold)."""

from __future__ import annotations

import copy
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from case_files import Case

from .frame import LAST_CLOSED_MONTH, Drawn, Frame

STRANGER = "zoe"
PAIR = "pair"


def reordered(case: Case) -> Case:
    """Every file's rows from the last to the first."""
    return replace(case, id=f"{case.id}-reordered", given={name: rows[::-1] for name, rows in case.given.items()})


def with_a_stranger(case: Case, frame: Frame) -> Case:
    """One more worker, on a plan, with a quota and a deal with an account that nobody else has."""
    rows = copy.deepcopy(dict(case.given))
    day = frame.month(LAST_CLOSED_MONTH + 2)
    rows["workers"].append({"worker_id": STRANGER, "hire_date": frame.month(1), "payroll_currency": "USD"})
    rows["worker_jobs"].append({"worker_id": STRANGER, "valid_from": frame.month(1)})
    rows["crm_users"].append({"user_id": STRANGER, "worker_id": STRANGER})
    rows["accounts"].append({"account_id": "far"})
    plan = rows["plans"][0]["plan_id"]
    rows["plan_assignments"].append({"worker_id": STRANGER, "plan_id": plan, "valid_from": frame.month(1)})
    quota: Drawn = {"worker_id": STRANGER, "measure_id": rows["measures"][0]["measure_id"], "period": "FY2026"}
    rows["quotas"].append(quota | {"quota_amount": Decimal(12000)})
    event: Drawn = {"event_id": "far", "event_type": "booking", "event_date": day, "amount": Decimal("777.77")}
    event |= {"owner_user_id": STRANGER, "account_id": "far", "product_id": "p-none", "currency": "USD"}
    rows["sales_events"].append(event)
    return replace(case, id=f"{case.id}-stranger", given=rows)


def with_a_cancelled_booking(case: Case, frame: Frame) -> Case:
    """A booking and its full cancellation on the same day; in a later month where every measure restates the period."""
    rows = copy.deepcopy(dict(case.given))
    owner = rows["sales_events"][0]["owner_user_id"] or "ann"
    day = frame.month(LAST_CLOSED_MONTH + 2) + timedelta(days=11)
    booking: Drawn = {"event_id": f"{PAIR}-0", "event_type": "booking", "event_date": day, "owner_user_id": owner}
    booking |= {"account_id": "acme", "product_id": "p-soft", "currency": "EUR", "term_months": 12}
    booking |= {"amount": Decimal("1234.57"), "cost_amount": Decimal("800"), "quantity": Decimal(3)}
    cancellation = booking | {"event_id": f"{PAIR}-1", "event_type": "cancellation", "related_event_id": f"{PAIR}-0"}
    cancellation |= {name: -booking[name] for name in ("amount", "cost_amount", "quantity")}
    restates = all(
        measure.get("reversal_timing") == "original_period" and measure.get("reversal_window_days") is None
        for measure in rows["measures"]
    )
    if restates and not rows["reversal_schedules"]:
        cancellation["event_date"] = day + timedelta(days=40)
    rows["sales_events"] += [booking, cancellation]
    return replace(case, id=f"{case.id}-cancelled", given=rows)
