"""What a failed check does: the suites' own severities, the workspace's, and its waivers (docs/decisions/0016)."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from orchestration.builds import Waiver
from orchestration.problems import Problem, UserError
from orchestration.quality.suite import Check
from orchestration.workspace import SETTINGS_FILE, QualitySettings


def with_severities(declared: Sequence[Check], quality: QualitySettings, today: date) -> list[Check]:
    """The checks with the severities of the workspace, and the waivers that hold on this day."""
    waivers = {
        waiver.check: Waiver(by=waiver.by, reason=waiver.reason, until=waiver.until)
        for waiver in quality.waivers
        if waiver.until >= today
    }
    return [
        replace(
            check,
            severity=quality.severity.get(check.full_name, check.severity),
            waiver=waivers.get(check.full_name),
        )
        for check in declared
    ]


def require_sound(declared: Sequence[Check], quality: QualitySettings) -> None:
    """Raises UserError if the workspace names a check that there isn't, or makes a warning of one that proves pay, or
    a source that brings no events."""
    problems = list(_problems(declared, quality))
    if problems:
        raise UserError(f"{SETTINGS_FILE} asks of the gate what it can't do:", problems)


def expired(quality: QualitySettings, today: date) -> dict[str, Waiver]:
    """The waivers that hold no longer, by check."""
    return {
        waiver.check: Waiver(by=waiver.by, reason=waiver.reason, until=waiver.until)
        for waiver in quality.waivers
        if waiver.until < today
    }


def _problems(declared: Sequence[Check], quality: QualitySettings) -> Iterator[Problem]:
    by_name = {check.full_name: check for check in declared}
    for name, severity in quality.severity.items():
        where = f'{SETTINGS_FILE}, quality.severity "{name}"'
        if name not in by_name:
            yield _unknown(where, name, list(by_name))
        elif severity == "warn" and by_name[name].is_proof:
            remedy = "remove it; if it must be let through once, waive it with a name, a reason and an end date"
            yield Problem(where, "proves keys or sums that people are paid by, and is no mere warning", remedy)
    sources = {check.table.split(".")[0].removeprefix("raw_") for check in declared if check.name == "volume_is_usual"}
    for source in quality.freshness:
        if source not in sources:
            near = difflib.get_close_matches(source, sources, n=1)
            remedy = f"did you mean {near[0]}?" if near else f"those that bring some: {', '.join(sorted(sources))}"
            yield Problem(f"{SETTINGS_FILE}, quality.freshness.{source}", "is no source of events", remedy)
    waived = [waiver.check for waiver in quality.waivers]
    for name in dict.fromkeys(waived):
        where = f'{SETTINGS_FILE}, quality.waivers "{name}"'
        if name not in by_name:
            yield _unknown(where, name, list(by_name))
        elif waived.count(name) > 1:
            yield Problem(where, "is waived more than once", "leave one of them")


def _unknown(where: str, name: str, known: list[str]) -> Problem:
    if name.startswith(("test.", "model.", "seed.")):
        return Problem(where, "is dbt's and always blocks", "correct the data or the model")
    near = difflib.get_close_matches(name, known, n=1)
    return Problem(where, "is no check of the gate", f"did you mean {near[0]}?" if near else "see docs/gate.md")
