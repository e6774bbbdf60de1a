"""What each credit earns (calculation.md section 6: `fct_deal_earnings`).

For payout_basis `credit`: one row per credit of the month and tier it touched, and what the month
moved for earlier credits in a row without credit, so that the rows sum to the month's earning.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise

from .attainment import CountedCredit
from .earnings import Deal, Earning, deal_earned, deal_exact, deal_position, in_deal_order, places
from .exact import ZERO, apportioned, money, rounded
from .inputs import PlanComponent, Row
from .tiers import Tiers, at_most

CENT = Fraction(1, 100)


@dataclass(frozen=True)
class Piece:
    """The part of a credit that one tier pays; tier_from is null where none does."""

    item: CountedCredit
    tier_from: Fraction | None
    rate: Fraction
    part: Fraction
    modifier: Fraction
    exact: Fraction

    @property
    def order(self) -> tuple[object, ...]:
        """Credit date, transaction, tier; what no tier pays comes last."""
        tier = (1, ZERO) if self.tier_from is None else (0, self.tier_from)
        return (*self.item.credit.order, *tier)


@dataclass(frozen=True)
class DealRow:
    """A row of `fct_deal_earnings`; `piece` is null in a row without credit."""

    earning: Earning
    piece: Piece | None
    amount: Fraction


def deal_rows(earnings: Sequence[Earning]) -> list[DealRow]:
    """The rows of all earnings with payout_basis credit."""
    return [row for earning in earnings if earning.component.payout_basis == "credit" for row in _rows_of(earning)]


def _rows_of(earning: Earning) -> list[DealRow]:
    rows: list[DealRow] = []
    if earning.component.window == "deal":
        rest = ZERO
        for deal in earning.deals:
            pieces, moved = _deal_pieces(earning, deal)
            deal_rows_, deal_rest = _settled(earning, pieces, moved)
            rows += deal_rows_
            rest += deal_rest
    else:
        rows, rest = _settled(earning, _window_pieces(earning), earning.earned)
    rows.sort(key=lambda row: row.piece.order if row.piece else ())
    if rest != 0:
        rows.append(DealRow(earning, None, rest))
    return rows


def _settled(earning: Earning, pieces: list[Piece], earned: Fraction) -> tuple[list[DealRow], Fraction]:
    """Pieces to the cent, by largest remainder, and what is left for the row without credit."""
    if not pieces:
        return [], earned
    pieces = sorted(pieces, key=lambda piece: piece.order)
    exact = sum((piece.exact for piece in pieces), ZERO)
    total = earned if abs(earned - exact) <= CENT else rounded(exact)
    amounts = apportioned([piece.exact for piece in pieces], total, 2)
    rows = [DealRow(earning, *pair) for pair in zip(pieces, amounts, strict=True)]
    return rows, earned - total


# --- windows of months ---


def _window_pieces(earning: Earning) -> list[Piece]:
    """The pieces of this month's credits."""
    row, component = earning.attainment, earning.component
    valuation, tiers = earning.valuation, earning.tiers
    assert valuation is not None
    if valuation.pays_nothing or tiers is None:
        return [_unpaid(item, item.amount, earning.modifier) for item in row.month_credits]
    fixed_tiers = component.tier_basis == "amount" or (
        component.tier_basis == "attainment" and component.quota_basis == "full_window"
    )
    if fixed_tiers and component.tier_method == "marginal":
        pieces = _marginal(earning, tiers)
    elif fixed_tiers and component.tier_method == "reached":
        pieces = _reached(earning, tiers)
    else:
        return list(_at_effective_rate(earning, tiers))
    return [piece for piece in pieces if piece.item.period == row.period]


def _at_effective_rate(earning: Earning, tiers: Tiers) -> Iterator[Piece]:
    """Each credit of the month at what the window to date has earned per unit of credit."""
    row, valuation = earning.attainment, earning.valuation
    assert valuation is not None
    rate = _rate(earning.earned_to_date, row.credited_to_date, earning.modifier)
    tier_from = _tier_from(earning.component, tiers, valuation.x)
    for item in row.month_credits:
        exact = item.amount * rate * earning.modifier
        yield Piece(item, tier_from, rate, item.amount, earning.modifier, exact)


def _scale(earning: Earning) -> tuple[Fraction, Fraction | None]:
    """What one unit of x is in credit, and the credit at which cap_attainment cuts."""
    component, quota = earning.component, earning.attainment.quota
    cap = component.cap_attainment
    unit = quota if component.tier_basis == "attainment" and quota else Fraction(1)
    return unit, cap * quota if cap is not None and quota else None


def _marginal(earning: Earning, tiers: Tiers) -> list[Piece]:
    """The window's credits laid end to end along the tiers."""
    unit, cap = _scale(earning)
    running = ZERO
    pieces: list[Piece] = []
    for item in earning.attainment.window_credits:
        pieces += _along(item, tiers, running, unit, cap, earning.modifier)
        running += item.amount
    return _cut_to_cap_amount(pieces, earning.component)


def _along(
    item: CountedCredit,
    tiers: Tiers,
    start: Fraction,
    unit: Fraction,
    cap: Fraction | None,
    modifier: Fraction,
) -> list[Piece]:
    """One credit from where the running total stands to where it leads, tier by tier."""
    end = start + item.amount
    low, high = min(start, end), max(start, end)
    marks = {ZERO, *((cap,) if cap is not None else ())}
    for tier in tiers.tiers:
        marks |= {tier.start * unit} | ({tier.end * unit} if tier.end is not None else set())
    bounds = [low, *sorted(mark for mark in marks if low < mark < high), high]
    spans = list(pairwise(bounds))
    if item.amount < 0:
        spans.reverse()
    parts: dict[Fraction | None, Fraction] = {}
    for a, b in spans:
        paying = None if cap is not None and a >= cap else tiers.paying((a + b) / 2 / unit)
        tier_from = paying.start if paying else None
        parts[tier_from] = parts.get(tier_from, ZERO) + (b - a if item.amount > 0 else a - b)
    rates = {tier.start: tier.rate for tier in tiers.tiers}
    if item.amount == 0:
        return [_unpaid(item, ZERO, modifier)]
    return [
        Piece(item, tier_from, rates[tier_from], part, modifier, part * rates[tier_from] * modifier)
        if tier_from is not None
        else _unpaid(item, part, modifier)
        for tier_from, part in parts.items()
    ]


def _reached(earning: Earning, tiers: Tiers) -> list[Piece]:
    """Each credit whole at the rate its running total reaches; a cancellation by what it changed.

    The credits come one by one: a cancellation changes its own credit's piece, and what it moves of
    later ones is left to the row without credit.
    """
    unit, cap = _scale(earning)
    modifier = earning.modifier
    grouped = places(earning.attainment.window_credits)
    place_of = {item.credit.credit_id: index for index, group in enumerate(grouped) for item in group}
    nets = [ZERO] * len(grouped)

    def standing(place: int) -> tuple[Fraction, Fraction | None, Fraction]:
        """(part inside the cap, tier_from, rate) of a place as things stand."""
        before = at_most(sum(nets[:place], ZERO), cap)
        after = at_most(sum(nets[: place + 1], ZERO), cap)
        tier = tiers.paying(after / unit)
        return after - before, tier.start if tier else None, tier.rate if tier else ZERO

    pieces: list[Piece] = []
    for item in _in_turn(grouped):
        place = place_of[item.credit.credit_id]
        part, _, rate = standing(place)
        before = part * rate * modifier if nets[place] else ZERO
        is_first = item is grouped[place][0]
        nets[place] += item.amount
        part, tier_from, rate = standing(place)
        after = part * rate * modifier
        if not is_first:
            pieces.append(_changed(item, tier_from, after - before, modifier))
            continue
        if tier_from is None:
            pieces.append(_unpaid(item, item.amount, modifier))
            continue
        pieces.append(Piece(item, tier_from, rate, part, modifier, after))
        if part != item.amount:
            pieces.append(_unpaid(item, item.amount - part, modifier))
    return _cut_to_cap_amount(pieces, earning.component)


def _in_turn(grouped: list[list[CountedCredit]]) -> list[CountedCredit]:
    """Credits by date and transaction, a cancellation never before its own event."""
    keyed = [
        (max(group[0].credit.order, item.credit.order), index, item.credit.order, item)
        if item is not group[0]
        else (item.credit.order, index, item.credit.order, item)
        for group in grouped
        for index, item in enumerate(group)
    ]
    return [entry[-1] for entry in sorted(keyed, key=lambda entry: entry[:-1])]


def _cut_to_cap_amount(pieces: list[Piece], component: PlanComponent) -> list[Piece]:
    """The pieces in order, what lies above cap_amount at no rate."""
    if component.cap_amount is None:
        return pieces
    running = ZERO
    result: list[Piece] = []
    for piece in pieces:
        before, running = running, running + piece.exact
        paid = at_most(running, component.cap_amount) - at_most(before, component.cap_amount)
        if paid == piece.exact:
            result.append(piece)
        elif piece.item.credit.transaction.reverses:
            rate = _rate(paid, piece.part, piece.modifier)
            result.append(replace(piece, rate=rate, exact=paid))
        else:
            part = piece.part * paid / piece.exact
            if part != 0:
                result.append(replace(piece, part=part, exact=paid))
            result.append(_unpaid(piece.item, piece.part - part, piece.modifier))
    return _merged(result)


def _merged(pieces: list[Piece]) -> list[Piece]:
    """One piece a credit and tier: the uncovered part and the cut part are both without tier."""
    merged: dict[tuple[str, Fraction | None], Piece] = {}
    for piece in pieces:
        key = piece.item.credit.credit_id, piece.tier_from
        other = merged.get(key)
        merged[key] = (
            piece if other is None else replace(other, part=other.part + piece.part, exact=other.exact + piece.exact)
        )
    return list(merged.values())


# --- deals ---


def _deal_pieces(earning: Earning, deal: Deal) -> tuple[list[Piece], Fraction]:
    """The pieces of a deal's credits of the month, and what it earned in the month."""
    component, period = earning.component, earning.attainment.period
    through = in_deal_order(deal.through(period))
    pieces: list[Piece] = []
    for index, item in enumerate(through):
        if item.period != period:
            continue
        before, after = through[:index], through[: index + 1]
        if not before:
            pieces += _deal_opening(component, deal, item)
        else:
            change = deal_exact(component, deal, after) - deal_exact(component, deal, before)
            x = deal_position(component, after)
            tier_from = _tier_from(component, deal.tiers, x) if deal.tiers else None
            pieces.append(_changed(item, tier_from, change, deal.modifier))
    before = [item for item in through if item.period != period]
    moved = deal_earned(component, deal, through) - deal_earned(component, deal, before)
    return pieces, moved


def _deal_opening(component: PlanComponent, deal: Deal, item: CountedCredit) -> list[Piece]:
    """The first credit of a deal, tier by tier."""
    tiers, modifier = deal.tiers, deal.modifier
    x = deal_position(component, [item])
    if tiers is None or x is None or item.amount == 0:
        return [_unpaid(item, item.amount, modifier)]
    unit = Fraction(1)
    if component.tier_method == "marginal":
        pieces = _along(item, tiers, ZERO, unit, None, modifier)
    elif component.tier_method == "excess" and tiers.first.end is not None and x >= tiers.first.end:
        below = Tiers((replace(tiers.first, end=None),))
        bottom = replace(item, amount=tiers.first.end)
        pieces = [
            replace(piece, item=item) for piece in _along(bottom, below, ZERO, unit, None, modifier) if piece.part != 0
        ]
        above, tier = x - tiers.first.end, tiers.at(x)
        if above != 0:
            pieces.append(
                Piece(item, tier.start, tier.rate, above, modifier, above * tier.rate * modifier)
                if tier
                else _unpaid(item, above, modifier)
            )
    elif component.tier_method == "excess":
        pieces = _along(item, tiers, ZERO, unit, None, modifier)
    else:
        rate = _rate(tiers.result(component.tier_method, x, [x]), x, Fraction(1))
        if component.tier_basis == "margin":
            rate = tiers.result(component.tier_method, x, [x])
        tier_from = _tier_from(component, tiers, x)
        exact = item.amount * rate * modifier
        pieces = [Piece(item, tier_from, rate, item.amount, modifier, exact)]
    return _merged(_cut_to_cap_amount(pieces, component))


# --- pieces ---


def _unpaid(item: CountedCredit, part: Fraction, modifier: Fraction) -> Piece:
    """The part of a credit that no tier pays, or that a cap cuts."""
    return Piece(item, None, ZERO, part, modifier, ZERO)


def _changed(item: CountedCredit, tier_from: Fraction | None, change: Fraction, modifier: Fraction) -> Piece:
    """A cancellation's one piece: what it changed in its credit's."""
    return Piece(item, tier_from, _rate(change, item.amount, modifier), item.amount, modifier, change)


def _rate(earned: Fraction, credited: Fraction, modifier: Fraction) -> Fraction:
    """Earned per unit of credit before the modifier; 0 where one of them is 0."""
    return earned / credited / modifier if credited and modifier else ZERO


def _tier_from(component: PlanComponent, tiers: Tiers, x: Fraction | None) -> Fraction | None:
    """The start of the tier whose rate applies at x."""
    if x is None:
        return None
    if component.tier_method == "linear" and x >= max(ZERO, tiers.tiers[-1].start):
        return tiers.tiers[-1].start  # flat after the last point, wherever its tier ends
    on_ratio = component.tier_method in ("step", "linear")
    tier = (tiers.at(x) if x >= 0 else None) if on_ratio else tiers.paying(x)
    return tier.start if tier else None


def rows(found: Sequence[DealRow]) -> list[Row]:
    """The mart `fct_deal_earnings`."""
    result: list[Row] = []
    for row in found:
        piece = row.piece
        result.append(
            {
                "worker_id": row.earning.attainment.worker_id,
                "component_id": row.earning.component.component_id,
                "period_id": row.earning.attainment.period.period_id,
                "credit_id": piece.item.credit.credit_id if piece else None,
                "transaction_id": piece.item.credit.transaction.transaction_id if piece else None,
                "tier_from": piece.tier_from if piece else None,
                "rate": piece.rate if piece else None,
                "credit_part": piece.part if piece else None,
                "modifier": piece.modifier if piece else None,
                "earned_amount": money(row.amount),
            }
        )
    return result
