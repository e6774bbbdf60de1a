"""What can't be credited, priced or aligned (calculation.md sections 1 to 7: `rpt_exceptions`)."""

from __future__ import annotations

from fractions import Fraction

from .inputs import Row


class Findings:
    """Exceptions met on the way, each once."""

    def __init__(self) -> None:
        self._rows: dict[tuple[str, str, str], Row] = {}

    def add(
        self,
        kind: str,
        entity: str,
        key: str,
        *,
        severity: str = "warn",
        amount: Fraction | None = None,
    ) -> None:
        """Notes one: what kind, at which row, and the amount at stake where there is one."""
        row: Row = {
            "kind": kind,
            "severity": severity,
            "entity": entity,
            "key": key,
            "amount": amount,
        }
        self._rows.setdefault((kind, entity, key), row)

    def rows(self) -> list[Row]:
        """All of them, in the order of kind, entity and key."""
        return [self._rows[key] for key in sorted(self._rows)]
