"""Rate tiers and the methods of reading them (calculation.md section 6: tiers, F(x), modifiers)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from .exact import ONE, ZERO
from .inputs import ComponentModifier, RateTier


@dataclass(frozen=True)
class Tier:
    """[start, end) at a rate; an empty end is open."""

    start: Fraction
    end: Fraction | None
    rate: Fraction

    def holds(self, x: Fraction) -> bool:
        """Whether x lies in the tier."""
        return self.start <= x and (self.end is None or x < self.end)


@dataclass(frozen=True)
class Tiers:
    """A component's tiers in ascending order."""

    tiers: tuple[Tier, ...]

    @property
    def first(self) -> Tier:
        return self.tiers[0]

    def at(self, x: Fraction) -> Tier | None:
        """The tier that holds x, None below the first and in gaps."""
        return next((tier for tier in self.tiers if tier.holds(x)), None)

    def paying(self, x: Fraction) -> Tier | None:
        """The tier whose rate applies at x: what a net reversal takes back is the first tier's."""
        if x < 0:
            return self.first if self.first.start <= 0 else None
        return self.at(x)

    def rate(self, x: Fraction) -> Fraction:
        """The rate that applies at x."""
        tier = self.paying(x)
        return tier.rate if tier else ZERO

    def result(self, method: str, x: Fraction, steps: Sequence[Fraction], cap: Fraction | None = None) -> Fraction:
        """F(x), with x after the cap.

        For the method `reached`, `steps` are the uncut parts of x credit by credit, in order; what
        lies beyond the cap is cut from the credits that reach it.
        """
        if method == "step":
            tier = self.at(x)
            return tier.rate if tier and x >= 0 else ZERO
        if method == "linear":
            return self._on_lines(x) if x >= 0 else ZERO
        if x < 0:
            return x * self.rate(x)
        match method:
            case "marginal":
                return sum((tier.rate * _part(x, tier) for tier in self.tiers), ZERO)
            case "retroactive":
                return x * self.rate(x)
            case "excess":
                if self.first.end is None or x < self.first.end:
                    return self.first.rate * _part(x, self.first)
                above = x - self.first.end
                return self.first.rate * _part(x, self.first) + above * self.rate(x)
            case "reached":
                return self._credit_by_credit(steps, cap)
        raise ValueError(f"unknown tier_method {method!r}")

    def _credit_by_credit(self, steps: Sequence[Fraction], cap: Fraction | None) -> Fraction:
        """Every credit whole at the rate of the tier that the running total reaches with it."""
        total = running = ZERO
        for step in steps:
            before, after = at_most(running, cap), at_most(running + step, cap)
            total += (after - before) * self.rate(after)
            running += step
        return total

    def _on_lines(self, x: Fraction) -> Fraction:
        """On straight lines through the points (start, rate), flat after the last; 0 in gaps."""
        last = self.tiers[-1]
        if x >= last.start:
            return last.rate
        for tier, following in pairwise(self.tiers):
            if tier.holds(x):
                slope = (following.rate - tier.rate) / (following.start - tier.start)
                return tier.rate + (x - tier.start) * slope
        return ZERO


def at_most(number: Fraction, cap: Fraction | None) -> Fraction:
    """The number, cut to the cap where there is one."""
    return number if cap is None else min(number, cap)


def _part(x: Fraction, tier: Tier) -> Fraction:
    """The part of 0 to x inside the tier."""
    top = x if tier.end is None else min(x, tier.end)
    return max(ZERO, top - max(tier.start, ZERO))


def tiers_of(rows: Sequence[RateTier], cross_reading: Fraction | None) -> Tiers | None:
    """A component's tiers; of a matrix those whose cross range holds the other's reading.

    None where a matrix has no such tier. A component without rows has one tier from 0 at rate 1.
    """
    if not rows:
        return Tiers((Tier(ZERO, None, ONE),))
    if cross_reading is not None:
        rows = [row for row in rows if _crosses(row, rows, cross_reading)]
    if not rows:
        return None
    rows = sorted(rows, key=lambda row: row.tier_from)
    starts = [row.tier_from for row in rows]
    ends = [*starts[1:], None]
    return Tiers(
        tuple(
            Tier(row.tier_from, row.tier_to if row.tier_to is not None else end, row.rate)
            for row, end in zip(rows, ends, strict=True)
        )
    )


def _crosses(row: RateTier, rows: Sequence[RateTier], reading: Fraction) -> bool:
    """Whether [cross_from, cross_to) holds the reading; empty bounds mean any.

    Like a tier's, an empty cross_to ends at the next cross_from, so that ranges don't overlap.
    """
    end = row.cross_to
    if end is None and row.cross_from is not None:
        above = [
            other.cross_from for other in rows if other.cross_from is not None and other.cross_from > row.cross_from
        ]
        end = min(above, default=None)
    return (row.cross_from is None or row.cross_from <= reading) and (end is None or reading < end)


def multiplier(rows: Sequence[ComponentModifier], reading: Fraction) -> Fraction:
    """One modifier, read at the other component's reading; 1 outside its tiers."""
    rows = sorted(rows, key=lambda row: row.tier_from)
    following: list[ComponentModifier | None] = [*rows[1:], None]
    for row, after in zip(rows, following, strict=True):
        end = row.tier_to if row.tier_to is not None else after.tier_from if after else None
        if not Tier(row.tier_from, end, row.multiplier).holds(reading):
            continue
        if row.method == "step" or after is None:
            return row.multiplier
        slope = (after.multiplier - row.multiplier) / (after.tier_from - row.tier_from)
        return row.multiplier + (reading - row.tier_from) * slope
    return ONE
