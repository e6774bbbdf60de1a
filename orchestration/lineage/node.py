"""A trace as a tree: each node states its amount, and its children add up to it, or it says how it follows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from orchestration.lineage.words import number
from orchestration.problems import UserError


class TraceError(UserError):
    """A level of a trace does not add up to what stands above it: the publication contradicts itself."""

    exit_code = 1


@dataclass
class Node:
    """One step of a trace.

    kind: what it is, for machines (payout_line, earning, tier, credit, raw_row, …). amount: its total in unit, an ISO
    currency, or empty for a quantity or count. counts: whether it is a part of its parent's amount; what only explains
    the parent is not. how: in words and numbers, how the amount follows, where it is no sum of children. facts: what
    else is known of it, label and text.
    """

    kind: str
    title: str
    amount: Decimal | None = None
    unit: str = ""
    counts: bool = True
    how: str = ""
    facts: list[tuple[str, str]] = field(default_factory=list)
    children: list[Node] = field(default_factory=list)

    @property
    def parts(self) -> list[Node]:
        """The children that make up the amount."""
        return [child for child in self.children if child.counts and child.amount is not None]

    @property
    def adds_up(self) -> bool | None:
        """Whether the parts come to the amount; None where it is not made of parts."""
        if self.amount is None or not self.parts:
            return None
        return total(self.parts) == self.amount

    def walk(self) -> Iterator[Node]:
        """The node and all below it."""
        yield self
        for child in self.children:
            yield from child.walk()

    def check(self) -> Node:
        """The node itself, proved: every level adds up or says how it follows. Raises TraceError where one doesn't."""
        for node in self.walk():
            if node.adds_up is False:
                said = f"{number(node.amount, node.unit)}, its parts come to {number(total(node.parts), node.unit)}"
                raise TraceError(f"{node.kind} “{node.title}” states {said}")
            if node.amount is not None and node.children and node.adds_up is None and not node.how:
                raise TraceError(f"{node.kind} “{node.title}” does not say how its amount follows")
        return self

    def as_json(self) -> dict[str, Any]:
        """The tree for machines; amounts as text, so that no reader makes floats of them."""
        said: dict[str, Any] = {"kind": self.kind, "title": self.title}
        if self.amount is not None:
            said |= {"amount": str(self.amount), "unit": self.unit or None, "is_part_of_parent": self.counts}
        if self.adds_up is not None:
            said["adds_up"] = self.adds_up
        if self.how:
            said["how"] = self.how
        if self.facts:
            said["facts"] = dict(self.facts)
        if self.children:
            said["children"] = [child.as_json() for child in self.children]
        return said


def total(nodes: Iterable[Node]) -> Decimal:
    """The sum of the nodes' amounts."""
    return sum((node.amount for node in nodes if node.amount is not None), Decimal(0))
