"""Random companies over the whole pay language (inputs.md, calculation.md), as Hypothesis strategies.

Each is a case without expectations: what it should pay is the oracle's to say. Many are built side by side, so all of
one frame share calendar, as-of date, closed months and rates, and no rule of one reaches a row of another.
"""

from .company import company, drawn
from .frame import CLOSED, FRAMES, OPEN, Frame
from .variants import reordered, with_a_cancelled_booking, with_a_stranger

__all__ = [
    "CLOSED",
    "FRAMES",
    "OPEN",
    "Frame",
    "company",
    "drawn",
    "reordered",
    "with_a_cancelled_booking",
    "with_a_stranger",
]
