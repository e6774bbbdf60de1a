"""The companies that tests/properties draw, each frame built once a session, with variants of some of them.

QUOTALINE_COMPANIES sets how many there are of each frame (`make fuzz`: thousands), QUOTALINE_SEED which ones.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from case_files import Case
from companies import CLOSED, FRAMES, Frame, drawn, reordered, with_a_cancelled_booking, with_a_stranger
from side_by_side import MARTS_ALONE, Mart, build, read_marts

COUNT = int(os.environ.get("QUOTALINE_COMPANIES", "100"))
SEED = int(os.environ.get("QUOTALINE_SEED", "20261125"))
MANY = 500
VARIED = 25  # companies of each frame of which there are variants, too


@dataclass(frozen=True)
class Built:
    """Companies of a frame and the marts of one build, theirs and those of their variants."""

    frame: Frame
    cases: list[Case]
    marts: Mapping[str, Mart]
    warehouse: Path

    @property
    def varied(self) -> list[Case]:
        """The companies of which there are variants."""
        return self.cases[:VARIED]


def build_frame(name: str, root: Path) -> Built:
    """Those with closed months get the reports, too, and where there are many, dbt's data tests (10 s)."""
    frame = next(frame for frame in FRAMES if frame.name == name)
    cases = drawn(frame, COUNT, SEED)
    variants = [
        variant
        for case in cases[:VARIED]
        for variant in (reordered(case), with_a_stranger(case, frame), with_a_cancelled_booking(case, frame))
    ]
    arguments: tuple[str, ...] = MARTS_ALONE
    if frame is CLOSED:
        arguments = () if COUNT >= MANY else ("--exclude-resource-type", "test")
    warehouse = build([*cases, *variants], root, arguments)
    return Built(frame, cases, read_marts(warehouse, [*cases, *variants]), warehouse)
