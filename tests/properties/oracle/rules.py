"""Rules without meaning, refused when they are read (calculation.md section 6, last paragraphs)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise

from .exact import ZERO
from .inputs import Inputs, PlanComponent, ReversalSchedule

_BY_CREDIT = ("marginal", "retroactive", "excess", "reached")
_BY_POINT = ("step", "linear")


class RulesError(Exception):
    """Rules that can't be calculated with: plan, component and reason, one a line."""

    def __init__(self, reasons: list[str]) -> None:
        self.reasons = reasons
        super().__init__("\n".join(reasons))


def refuse_bad_rules(inputs: Inputs) -> None:
    """Raises RulesError with everything that is wrong."""
    reasons = [
        f"plan {component.plan_id}, component {component.component_id}: {reason}"
        for component in inputs.plan_components
        for reason in _wrong(component, inputs)
    ]
    known = {component.component_id for component in inputs.plan_components}
    dropped = {
        settled.component_id
        for settled in inputs.settled_payouts
        if settled.component_id is not None and settled.component_id not in known
    }
    reasons += [f"component {name}: dropped, but it has settled lines" for name in sorted(dropped)]
    reasons += _schedule_gaps(inputs.reversal_schedules)
    if reasons:
        raise RulesError(reasons)


def _wrong(component: PlanComponent, inputs: Inputs) -> Iterator[str]:
    if not _has_meaning(component):
        shape = f"{component.payout_basis} on {component.tier_basis}"
        yield f"{shape} can't be {component.tier_method}"
    if component.window == "deal":
        if component.tier_basis == "attainment" or component.payout_basis == "target_incentive":
            yield "window deal is on amount or margin, and not with target_incentive"
        if component.threshold_attainment is not None or component.cap_attainment is not None:
            yield "window deal with threshold_attainment or cap_attainment"
    if component.is_objective:
        if component.measure_id is not None:
            yield "an objective with a measure"
        if component.payout_basis == "credit" or component.tier_basis != "attainment":
            yield "an objective is read at its attainment, and has no credit"
    elif component.measure_id is None:
        yield "no measure"
    if component.release_event in ("invoice", "payment") and component.payout_basis != "credit":
        yield "release by event on anything but payout_basis credit"
    if component.release_event == "schedule":
        shares = (step.share for step in inputs.release_schedules if step.component_id == component.component_id)
        if sum(shares, ZERO) != 1:
            yield "release shares that don't sum to 1"
    siblings = {other.component_id for other in inputs.plan_components if other.plan_id == component.plan_id}
    others = {row.by_component_id for row in inputs.component_modifiers if row.component_id == component.component_id}
    if component.cross_component_id is not None:
        others.add(component.cross_component_id)
    for name in sorted(others - siblings):
        yield f"names {name}, which is no component of the same plan"


def _has_meaning(component: PlanComponent) -> bool:
    """The shapes that exist."""
    basis, method = component.tier_basis, component.tier_method
    if component.payout_basis == "credit":
        return method in (_BY_POINT if basis == "margin" else _BY_CREDIT)
    if component.payout_basis == "target_incentive" and basis == "attainment":
        return True
    return method in _BY_POINT


def _schedule_gaps(steps: list[ReversalSchedule]) -> list[str]:
    by_measure: dict[str, list[ReversalSchedule]] = defaultdict(list)
    for step in sorted(steps, key=lambda step: (step.measure_id, step.from_days)):
        by_measure[step.measure_id].append(step)
    return [
        f"measure {measure_id}: reversal_schedules has a gap or overlap at day {after.from_days}"
        for measure_id, schedule in by_measure.items()
        for step, after in pairwise(schedule)
        if step.to_days is not None and step.to_days != after.from_days
    ]
