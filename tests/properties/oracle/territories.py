"""Which territory an account falls to (calculation.md section 2: `fct_territory_alignments`).

For each account, product family that rules name, alignment and date: the matching rule with the
lowest priority number, then the most criteria filled, then the smallest id.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from .dates import Days, days
from .inputs import Account, Inputs, Row, Territory, TerritoryRule

_ACCOUNT_CRITERIA = (
    "account_id",
    "parent_account_id",
    "industry",
    "segment",
    "country",
    "region",
)


@dataclass(frozen=True)
class Alignment:
    """An account's territory in one alignment over a run of days.

    product_family is null for the families that no rule of the alignment names.
    """

    account_id: str
    product_family: str | None
    alignment: str | None
    days: Days
    territory_id: str
    territory_rule_id: str


class Alignments:
    """All alignments of all accounts."""

    def __init__(self, inputs: Inputs) -> None:
        self._territories = {row.territory_id: row for row in inputs.territories}
        self._families: dict[str | None, set[str]] = {}
        self.all: list[Alignment] = []
        self.maps: list[str | None] = sorted({row.alignment for row in inputs.territories}, key=lambda name: name or "")
        for alignment in self.maps:
            rules = [rule for rule in inputs.territory_rules if self._territory(rule).alignment == alignment]
            families = {rule.product_family for rule in rules if rule.product_family is not None}
            self._families[alignment] = families
            for account in sorted(inputs.accounts, key=lambda account: account.account_id):
                for family in (None, *sorted(families)):
                    self.all += _aligned(account, family, alignment, rules)

    def _territory(self, rule: TerritoryRule) -> Territory:
        return self._territories[rule.territory_id]

    def find(self, account_id: str, family: str | None, alignment: str | None, day: date) -> Alignment | None:
        """The account's territory for a product family on a day."""
        row_family = family if family in self._families[alignment] else None
        return next(
            (
                row
                for row in self.all
                if row.account_id == account_id
                and row.product_family == row_family
                and row.alignment == alignment
                and row.days.holds(day)
            ),
            None,
        )

    def rows(self) -> list[Row]:
        """The mart `fct_territory_alignments`."""
        return [
            {
                "account_id": row.account_id,
                "product_family": row.product_family,
                "alignment": row.alignment,
                "valid_from": None if row.days.start == date.min else row.days.start,
                "valid_to": None if row.days.end == date.max else row.days.end,
                "territory_id": row.territory_id,
                "territory_rule_id": row.territory_rule_id,
            }
            for row in self.all
        ]


def _aligned(
    account: Account, family: str | None, alignment: str | None, rules: list[TerritoryRule]
) -> list[Alignment]:
    """The runs of days of one account and family, adjacent ones of the same rule made one."""
    matching = [rule for rule in rules if _matches(rule, account, family)]
    bounds = {days(rule.valid_from, rule.valid_to) for rule in matching}
    breaks = sorted({run.start for run in bounds} | {run.end for run in bounds})
    result: list[Alignment] = []
    for start, end in pairwise(breaks):
        in_force = [rule for rule in matching if days(rule.valid_from, rule.valid_to).holds(start)]
        if not in_force:
            continue
        rule = min(in_force, key=_rank)
        last = result[-1] if result else None
        if last and last.territory_rule_id == rule.territory_rule_id and last.days.end == start:
            result.pop()
            start = last.days.start
        result.append(
            Alignment(
                account.account_id,
                family,
                alignment,
                Days(start, end),
                rule.territory_id,
                rule.territory_rule_id,
            )
        )
    return result


def _rank(rule: TerritoryRule) -> tuple[int, int, str]:
    filled = sum(getattr(rule, name) is not None for name in (*_ACCOUNT_CRITERIA, "postal_prefix", "product_family"))
    return rule.priority, -filled, rule.territory_rule_id


def _matches(rule: TerritoryRule, account: Account, family: str | None) -> bool:
    """Whether every criterion that the rule fills holds; an empty one means any."""
    return (
        all(getattr(rule, name) is None or getattr(rule, name) == getattr(account, name) for name in _ACCOUNT_CRITERIA)
        and (rule.postal_prefix is None or (account.postal_code or "").startswith(rule.postal_prefix))
        and (rule.product_family is None or rule.product_family == family)
    )
