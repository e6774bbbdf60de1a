"""What a user can mend: facts first, the sentence is made from them. No traceback is ever shown for one of these."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong, where it is, and what to do.

    where: a file, table or setting, relative to the workspace. row: as a person finds it in the file
    (a CSV's header is row 1; Parquet and JSON Lines count from 1). remedy: an instruction.
    """

    where: str
    reason: str
    remedy: str
    row: int | None = None
    column: str | None = None
    value: str | None = None

    def __str__(self) -> str:
        place = [self.where]
        if self.row is not None:
            place.append(f"row {self.row}")
        if self.column is not None:
            place.append(self.column)
        said = f'"{self.value}" {self.reason}' if self.value is not None else self.reason
        return f"{', '.join(place)}: {said}; {self.remedy}"


class UserError(Exception):
    """Everything wrong at once, for the user to mend; the command line prints it and exits with exit_code."""

    exit_code = 2

    def __init__(self, headline: str, problems: Sequence[Problem] = ()) -> None:
        self.headline = headline
        self.problems = tuple(problems)
        super().__init__(headline)

    def __str__(self) -> str:
        return "\n".join([self.headline, *(f"  {problem}" for problem in self.problems)])


class GateError(UserError):
    """A check that blocks failed: nothing was published, the last publication stays readable."""

    exit_code = 3
