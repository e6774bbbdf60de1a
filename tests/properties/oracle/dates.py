"""Ranges of days: from inclusive, to exclusive, an empty bound is open (inputs.md, conventions)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, order=True)
class Days:
    """A run of days [start, end)."""

    start: date
    end: date

    def __len__(self) -> int:
        """Number of days."""
        return max(0, (self.end - self.start).days)

    def holds(self, day: date) -> bool:
        """Whether the day lies in the run."""
        return self.start <= day < self.end


def days(start: date | None, end: date | None) -> Days:
    """A run from bounds of which either may be empty."""
    return Days(start or date.min, end or date.max)


def holds(start: date | None, day: date, end: date | None) -> bool:
    """Whether a day lies in [start, end)."""
    return days(start, end).holds(day)


def merged(runs: Iterable[Days]) -> list[Days]:
    """The runs in order, those that overlap or touch made one, empty ones left out."""
    result: list[Days] = []
    for run in sorted(run for run in runs if len(run)):
        if result and run.start <= result[-1].end:
            result[-1] = Days(result[-1].start, max(result[-1].end, run.end))
        else:
            result.append(run)
    return result


def common(left: Iterable[Days], right: Iterable[Days]) -> list[Days]:
    """The days in both."""
    right = list(right)
    return merged(Days(max(a.start, b.start), min(a.end, b.end)) for a in left for b in right)


def without(runs: Iterable[Days], taken: Iterable[Days]) -> list[Days]:
    """The days of the runs that none of the taken ones holds."""
    left = merged(runs)
    for gone in merged(taken):
        left = [
            part
            for run in left
            for part in (
                Days(run.start, min(run.end, gone.start)),
                Days(max(run.start, gone.end), run.end),
            )
            if len(part)
        ]
    return left


def count(runs: Iterable[Days]) -> int:
    """Number of days in all runs."""
    return sum(len(run) for run in merged(runs))
