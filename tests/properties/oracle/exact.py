"""Exact numbers and the one way of rounding (calculation.md, introduction).

Everything between two roundings is a Fraction. Rounding is half away from zero: money to the cent,
quantities and counts to 4 places, and only where a section says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

MONEY_PLACES = 2
QUANTITY_PLACES = 4
ZERO = Fraction(0)
ONE = Fraction(1)


def rounded(number: Fraction, places: int = MONEY_PLACES) -> Fraction:
    """The number at so many decimal places, half away from zero."""
    scale: int = 10**places
    scaled = abs(number) * scale
    units = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return Fraction(units if number >= 0 else -units, scale)


def apportioned(parts: Sequence[Fraction], total: Fraction, places: int) -> list[Fraction]:
    """The parts rounded by largest remainder, so that they sum to a rounded total.

    Units left over go to the largest remainders; among equal ones to the earlier part, so the order
    of the parts is the rule for ties. A negative total is the mirror image of the positive one.
    """
    if total < 0:
        return [-part for part in apportioned([-part for part in parts], -total, places)]
    scale: int = 10**places
    units = [part.numerator * scale // part.denominator for part in parts]
    remainders = [part * scale - unit for part, unit in zip(parts, units, strict=True)]
    left = total * scale - sum(units)
    if left.denominator != 1:
        raise ValueError(f"{total} is not rounded to {places} places")
    by_remainder = sorted(range(len(parts)), key=lambda index: (-remainders[index], index))
    if left < 0:
        by_remainder.reverse()
    for turn in range(abs(left.numerator)):
        units[by_remainder[turn % len(parts)]] += 1 if left > 0 else -1
    return [Fraction(unit, scale) for unit in units]


def decimal(number: Fraction, places: int = MONEY_PLACES) -> Decimal:
    """A rounded number as Decimal. Raises ValueError rather than lose a digit."""
    scaled = number * 10**places
    if scaled.denominator != 1:
        raise ValueError(f"{number} has more than {places} decimal places")
    return Decimal(scaled.numerator).scaleb(-places)


def money(number: Fraction | None) -> Decimal | None:
    """A rounded amount for a mart row, null where there is none."""
    return None if number is None else decimal(number, MONEY_PLACES)
