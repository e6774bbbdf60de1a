"""A company of two years in which nothing stays as it was: what was known of it when each month was closed.

Sales, returns and corrections arrive months late; rates, quotas, splits and hire dates are corrected backwards.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

Row = dict[str, Any]
Rows = dict[str, list[Row]]
MONTHS = [date(2024 + number // 12, number % 12 + 1, 1) for number in range(25)]
WORKERS = ("ann", "bob", "cat", "dan", "eve", "fay")


def period(month: int) -> str:
    """Name of a month, counted from 0."""
    return f"FY{2024 + month // 12}-M{month % 12 + 1:02d}"


def last_day(month: int) -> date:
    return MONTHS[month + 1] - timedelta(days=1)


@dataclass
class TwoYears:
    """events: each with the month in which it becomes known. changes: what is corrected in a month, in words."""

    seed: int
    rows: Rows = field(default_factory=dict)
    events: list[tuple[int, Row]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)  # noqa: S311
        self.rows = _plans() | _people()
        self._draw_events()

    def known_in(self, month: int) -> Rows:
        """Everything known when a month is over; call it for one month after the other, since it changes the rules."""
        if month:
            self._correct_something(month)
        return self.rows | {"sales_events": [event for known, event in self.events if known <= month]}

    def _draw_events(self) -> None:
        number = 0
        for month in range(24):
            for _ in range(self._random.randrange(5, 10)):
                number += 1
                day = MONTHS[month] + timedelta(days=self._random.randrange(28))
                late = self._random.choice((0, 0, 0, 1, 2, 5))
                booking = self._event(f"b{number}", "booking", day, Decimal(self._random.randrange(100, 900_000)) / 100)
                self.events.append((month + late, booking))
                self._follow(number, month + late, booking)

    def _follow(self, number: int, month: int, booking: Row) -> None:
        """Payments of the booking, or its return, some months later."""
        for part in range(self._random.randrange(3)):
            later = month + self._random.randrange(4)
            if later < 24:
                day = max(booking["event_date"], MONTHS[later] + timedelta(days=self._random.randrange(28)))
                paid = self._event(
                    f"p{number}-{part}", "payment", day, (booking["amount"] / 2).quantize(Decimal("0.01"))
                )
                paid |= {"owner_user_id": booking["owner_user_id"], "related_event_id": booking["event_id"]}
                self.events.append((later, paid))
        returned = month + self._random.randrange(1, 9)
        if returned < 24 and self._random.random() < 0.25:
            share = self._random.choice((Decimal(1), Decimal("0.5")))
            back = -(booking["amount"] * share).quantize(Decimal("0.01"))
            day = MONTHS[returned] + timedelta(days=self._random.randrange(28))
            gone = self._event(f"c{number}", "cancellation", day, back)
            gone |= {"owner_user_id": booking["owner_user_id"], "related_event_id": booking["event_id"]}
            self.events.append((returned, gone))

    def _event(self, event_id: str, kind: str, day: date, amount: Decimal) -> Row:
        owner = self._random.choice(WORKERS)
        event: Row = {"event_id": event_id, "event_type": kind, "event_date": day, "owner_user_id": owner}
        return event | {"amount": amount, "currency": "USD"}

    def _correct_something(self, month: int) -> None:
        """One or two corrections that reach back before the month."""
        for _ in range(self._random.randrange(1, 3)):
            kind = self._random.choice(("rate", "quota", "owner", "leave", "none"))
            if kind == "rate":
                tier = self._random.choice(self.rows["rate_tiers"])
                tier["rate"] = tier["rate"] + Decimal(self._random.choice(("0.01", "-0.005")))
            elif kind == "quota":
                quota = self._random.choice([row for row in self.rows["quotas"] if row["period"] <= period(month)])
                quota["quota_amount"] += self._random.choice((500, -300))
            elif kind == "owner":
                known = [event for when, event in self.events if when < month and event["event_type"] == "booking"]
                event = self._random.choice(known)
                event["owner_user_id"] = self._random.choice(WORKERS)
            elif kind == "leave":
                worker, first = self._random.choice(WORKERS), MONTHS[self._random.randrange(month)]
                leaves = self.rows["worker_leaves"]
                if all(row["worker_id"] != worker for row in leaves):
                    leave = {"worker_id": worker, "leave_from": first, "leave_to": first + timedelta(days=10)}
                    leaves.append(leave | {"leave_type": "parental", "is_paid": False})


def _plans() -> Rows:
    common = {"plan_id": "p", "measure_id": "sales"}
    return {
        "measures": [
            {"measure_id": "sales", "event_types": "booking", "value": "amount", "reversal_timing": "original_period"}
        ],
        "credit_rules": [
            {"credit_rule_id": "own", "measure_id": "sales", "credit_source": "owner", "credit_share": 1, "priority": 1}
        ],
        "plans": [{"plan_id": "p", "currency": "USD", "quota_proration": "active_days"}],
        "plan_components": [
            {"component_id": "month", **common, "payout_basis": "credit", "window": "month", "tier_basis": "amount",
             "tier_method": "marginal", "payment_frequency": "month"},
            {"component_id": "year", **common, "payout_basis": "credit", "window": "year", "tier_basis": "attainment",
             "quota_basis": "to_date", "tier_method": "retroactive", "payment_frequency": "quarter"},
            {"component_id": "deal", **common, "payout_basis": "credit", "window": "deal", "tier_basis": "amount",
             "tier_method": "marginal", "release_event": "payment", "release_share_at_booking": Decimal("0.5"),
             "payment_frequency": "month"},
        ],
        "rate_tiers": [
            {"component_id": "month", "tier_from": 0, "tier_to": 5000, "rate": Decimal("0.05")},
            {"component_id": "month", "tier_from": 5000, "rate": Decimal("0.08")},
            {"component_id": "year", "tier_from": 0, "tier_to": Decimal("0.8"), "rate": Decimal("0.01")},
            {"component_id": "year", "tier_from": Decimal("0.8"), "rate": Decimal("0.02")},
            {"component_id": "deal", "tier_from": 0, "tier_to": 3000, "rate": Decimal("0.03")},
            {"component_id": "deal", "tier_from": 3000, "rate": Decimal("0.04")},
        ],
        "release_schedules": [],
        "fx_rates": [
            {"period": period(month), "from_currency": "USD", "to_currency": "EUR",
             "rate": Decimal("0.9") + Decimal(month) / 1000}
            for month in range(24)
        ],
    }  # fmt: skip


def _people() -> Rows:
    hired, left, ended = {"dan": date(2024, 3, 11)}, {"eve": date(2025, 4, 15)}, {"fay": date(2025, 9, 1)}
    return {
        "workers": [
            {"worker_id": name, "hire_date": hired.get(name, MONTHS[0]), "termination_date": left.get(name),
             "payroll_currency": "EUR" if name == "bob" else "USD"}
            for name in WORKERS
        ],
        "crm_users": [{"user_id": name, "worker_id": name} for name in WORKERS],
        "worker_leaves": [],
        "plan_assignments": [
            {"worker_id": name, "plan_id": "p", "valid_from": MONTHS[0], "valid_to": ended.get(name)}
            for name in WORKERS
        ],
        "quotas": [
            {"worker_id": name, "measure_id": "sales", "period": period(month), "quota_amount": Decimal(4000)}
            for name in WORKERS
            for month in range(24)
        ],
        "draws": [
            {"worker_id": "cat", "draw_type": "recoverable", "valid_from": MONTHS[2], "valid_to": MONTHS[8],
             "amount_per_month": Decimal(900), "currency": "USD", "recovery_share": Decimal("0.5")}
        ],
    }  # fmt: skip
