"""What is sold: accounts, products, opportunities with splits, sales events and their cancellations."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from .frame import CURRENCIES, LAST_MONTH, Drawing, Drawn
from .people import GHOST, REPS

FAMILIES = ("soft", "hard")
PRODUCTS = ("p-soft", "p-hard", "p-none")
ACCOUNTS = ("acme", "bolt", "core")
OPPORTUNITIES = ("o1", "o2", "o3")
TYPES = ("new", "renewal", "expansion", "other")
INDUSTRIES = ("steel", "banks")
SEGMENTS = ("large", "small")
COUNTRIES = ("de", "us")
REGIONS = ("north", "south")
POSTAL_CODES = ("10115", "10999", "20095")
# Sums at, inside and outside the tolerance of 0.00001 around 1.
REVENUE_SHARES = (
    ("0.6", "0.4"),
    ("0.333333333", "0.333333333", "0.333333333"),
    ("0.5", "0.499995"),
    ("0.5", "0.49999"),
    ("0.5", "0.499989999"),
    ("0.7", "0.7"),
    ("1",),
    ("0.25", "0.75", "0"),
)


def selling(d: Drawing, workers: list[str]) -> dict[str, list[Drawn]]:
    """Catalogue, opportunities and events."""
    accounts = [_account(d, account_id) for account_id in ACCOUNTS]
    rows: dict[str, list[Drawn]] = {"accounts": accounts, "opportunity_splits": []}
    rows["products"] = [
        {"product_id": "p-soft", "product_family": "soft"},
        {"product_id": "p-hard", "product_family": "hard"},
        {"product_id": "p-none"},
    ]
    users = [*workers, GHOST]
    rows["opportunities"] = [_opportunity(d, opportunity_id, users) for opportunity_id in OPPORTUNITIES]
    for opportunity_id in OPPORTUNITIES:
        rows["opportunity_splits"] += _splits(d, opportunity_id, users)
    rows["sales_events"] = _events(d, users)
    return rows


def _account(d: Drawing, account_id: str) -> Drawn:
    row: Drawn = {"account_id": account_id, "industry": d.maybe(80, INDUSTRIES), "segment": d.maybe(80, SEGMENTS)}
    row |= {"country": d.maybe(80, COUNTRIES), "region": d.maybe(80, REGIONS)}
    row["postal_code"] = d.maybe(80, POSTAL_CODES)
    if account_id != ACCOUNTS[0] and d.chance(40):
        row["parent_account_id"] = ACCOUNTS[0]
    return row


def _opportunity(d: Drawing, opportunity_id: str, users: list[str]) -> Drawn:
    row: Drawn = {"opportunity_id": opportunity_id, "account_id": d.maybe(80, ACCOUNTS)}
    return row | {"owner_user_id": d.maybe(80, users), "opportunity_type": d.maybe(70, TYPES)}


def _splits(d: Drawing, opportunity_id: str, users: list[str]) -> list[Drawn]:
    rows: list[Drawn] = []
    for split_type, shares in (
        ("revenue", d.maybe(40, REVENUE_SHARES)),
        ("overlay", d.maybe(30, (("1", "1"), ("0.5",), ("0.333333333", "0.25")))),
    ):
        first = d.number(0, len(users) - 1)
        for place, share in enumerate(shares or ()):
            row: Drawn = {"opportunity_id": opportunity_id, "user_id": users[(first + place) % len(users)]}
            rows.append(row | {"split_type": split_type, "split_share": Decimal(share)})
    return rows


def _events(d: Drawing, users: list[str]) -> list[Drawn]:
    events: list[Drawn] = []
    for number in range(d.number(3, 12)):
        event = _event(d, f"e{number}", users)
        events.append(event)
        if d.chance(35):
            cancellation = _cancellation(d, event, f"x{number}")
            events.append(cancellation)
            if d.chance(15):
                events.append(_cancellation(d, cancellation, f"y{number}"))
        events += _money_events(d, event, number)
    if d.chance(15):
        alone = _event(d, "z0", users)
        events.append(alone | {"event_type": "cancellation", "amount": -d.money()})
    return events


def _event(d: Drawing, event_id: str, users: list[str]) -> Drawn:
    """A booking; now and then of amount 0, negative, or without owner, account or cost."""
    amount = -d.money() if d.chance(5) else d.money()
    day = d.day_in(-1, 1) if d.chance(8) else d.day_in(1, LAST_MONTH)
    row: Drawn = {"event_id": event_id, "event_type": "booking", "event_date": day, "amount": amount}
    if d.chance(35):
        row["opportunity_id"] = d.pick(OPPORTUNITIES)
    owners = [user for user in users if user in REPS]
    row["owner_user_id"] = d.pick(owners) if d.chance(90) else d.maybe(50, users)
    row |= {"account_id": d.maybe(85, ACCOUNTS), "product_id": d.pick(PRODUCTS)}
    if d.chance(85):
        cost = amount * Decimal(d.pick(("0.5", "0.8", "0.6667", "0", "1", "1.2")))
        row["cost_amount"] = cost.quantize(Decimal("0.01"))
    row["quantity"] = Decimal(d.pick(("1", "1", "2", "0", "0.3333", "10")))
    row["currency"] = d.pick(("USD", "USD", "USD", *CURRENCIES))
    row |= {"term_months": d.maybe(60, (6, 12, 24)), "opportunity_type": d.maybe(50, TYPES)}
    return row


def _cancellation(d: Drawing, event: Drawn, event_id: str) -> Drawn:
    """Of all, a part or more of an event; from another owner or in another currency now and then."""
    part = Decimal(d.pick(("1", "1", "1", "0.5", "0.3333", "1.1")))
    row = dict(event) | {"event_id": event_id, "event_type": "cancellation", "related_event_id": event["event_id"]}
    for column, cent in (("amount", "0.01"), ("cost_amount", "0.01"), ("quantity", "0.0001")):
        value = event.get(column)
        if isinstance(value, Decimal):
            row[column] = (-value * part).quantize(Decimal(cent))
    first = event["event_date"]
    last = d.frame.month(LAST_MONTH + 1) - timedelta(days=1)
    age = d.pick((0, 1, 29, 30, 31, 59, 60, 89, 90, 91))
    row["event_date"] = min(last, first + timedelta(days=age)) if d.chance(70) else d.day(first, last)
    if d.chance(5):
        row["owner_user_id"] = d.pick(REPS[:2])
    if d.chance(5):
        row["currency"] = d.pick(CURRENCIES)
    return row


def _money_events(d: Drawing, event: Drawn, number: int) -> list[Drawn]:
    """Invoices and payments of a booking, that name it or only its opportunity; some are cancelled."""
    rows: list[Drawn] = []
    names_booking = d.chance(70)
    for place in range(d.pick((0, 0, 0, 1, 1, 2, 3))):
        row = dict(event) | {"event_id": f"i{number}-{place}", "event_type": d.pick(("invoice", "payment", "payment"))}
        part = Decimal(d.pick(("0.25", "0.5", "0.3333", "1")))
        row["amount"] = (event["amount"] * part).quantize(Decimal("0.01"))
        row["event_date"] = d.day(event["event_date"], d.frame.as_of)
        if names_booking:
            row["related_event_id"] = event["event_id"]
        rows.append(row)
        if d.chance(15):
            rows.append(_cancellation(d, row, f"j{number}-{place}"))
    return rows
