"""Who is credited with what (calculation.md section 3: `fct_credits`).

All is looked up as of the event's date, a cancellation's as of the event it reverses: the same
people, at the same shares.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from .dates import holds
from .exact import ONE, QUANTITY_PLACES, ZERO, apportioned, decimal, rounded
from .findings import Findings
from .inputs import CreditRule, Inputs, OpportunitySplit, Row, SalesEvent
from .people import People
from .periods import Calendar, Period
from .territories import Alignments
from .transactions import Measured, Transaction, Transactions

# Revenue shares this near to 1 are rounding in the CRM, and are scaled to 1.
SPLIT_TOLERANCE = Fraction(1, 100_000)


@dataclass(frozen=True)
class Credit:
    """A worker's part of one transaction in one measure."""

    measured: Measured
    rule: CreditRule
    source: str
    worker_id: str
    territory_id: str | None
    via_worker_id: str | None
    period: Period | None
    share: Fraction
    amount: Fraction

    @property
    def transaction(self) -> Transaction:
        return self.measured.transaction

    @property
    def measure_id(self) -> str:
        return self.measured.measure.measure_id

    @property
    def credit_date(self) -> date:
        return self.measured.counts_on

    @property
    def places(self) -> int:
        """Decimal places of its amount: money 2, quantity and count 4."""
        return 2 if self.measured.measure.is_money else QUANTITY_PLACES

    @property
    def currency(self) -> str | None:
        """The transaction's; null for quantity and count."""
        return self.transaction.event.currency if self.measured.measure.is_money else None

    @property
    def credit_id(self) -> str:
        """A stable hash of the key."""
        key = "|".join((self.transaction.transaction_id, self.measure_id, self.worker_id))
        return hashlib.sha256(key.encode()).hexdigest()[:32]

    @property
    def order(self) -> tuple[date, str]:
        """The order in which credits meet tiers."""
        return self.credit_date, self.transaction.transaction_id


@dataclass(frozen=True)
class _Part:
    """A worker's share by one rule, before the rule's own share and before duplicates are added."""

    worker_id: str
    share: Fraction
    territory_id: str | None = None


class Crediting:
    """Applies the credit rules to everything that measures count."""

    def __init__(
        self,
        inputs: Inputs,
        calendar: Calendar,
        people: People,
        transactions: Transactions,
        alignments: Alignments,
        findings: Findings,
    ) -> None:
        self._inputs = inputs
        self._calendar = calendar
        self._people = people
        self._transactions = transactions
        self._alignments = alignments
        self._findings = findings
        self._rules: dict[str, list[CreditRule]] = defaultdict(list)
        for rule in sorted(inputs.credit_rules, key=lambda rule: rule.credit_rule_id):
            self._rules[rule.measure_id].append(rule)
        self._splits: dict[tuple[str, str], list[OpportunitySplit]] = defaultdict(list)
        for split in sorted(inputs.opportunity_splits, key=lambda split: split.user_id):
            self._splits[(split.opportunity_id, split.split_type)].append(split)
        self.all = [credit for measured in transactions.measured() for credit in self._credits(measured)]

    def _credits(self, measured: Measured) -> list[Credit]:
        """The credits of one transaction in one measure, at most one a worker."""
        event = measured.transaction.first
        rules = [rule for rule in self._rules[measured.measure.measure_id] if self._holds(rule, event)]
        direct = _best_by_worker(
            credit for rule in rules if rule.credit_source != "manager" for credit in self._by_rule(measured, rule)
        )
        managers = [
            credit
            for rule in rules
            if rule.credit_source == "manager"
            for credit in self._by_manager_rule(measured, rule, direct)
        ]
        kept = _best_by_worker([*direct, *managers])
        if not kept:
            self._note_uncredited(measured)
        return [credit for credit in kept if self._stands(credit)]

    def _holds(self, rule: CreditRule, event: SalesEvent) -> bool:
        """Whether the rule is in force on the event's date and its filters match."""
        family = self._transactions.product_family(event)
        return holds(rule.valid_from, event.event_date, rule.valid_to) and (
            rule.product_family is None or rule.product_family == family
        )

    def _by_rule(self, measured: Measured, rule: CreditRule) -> list[Credit]:
        """What one non-manager rule credits: amounts by largest remainder."""
        event = measured.transaction.first
        source = rule.credit_source
        match source:
            case "owner":
                revenue = self._splits.get((event.opportunity_id or "", "revenue"))
                source = "split" if revenue else "owner"
                parts = self._revenue_parts(event, revenue) if revenue else self._owner_part(event)
            case "overlay_split":
                overlay = self._splits.get((event.opportunity_id or "", "overlay"), [])
                parts = self._split_parts(event, overlay, ONE)
            case "territory":
                parts = self._territory_parts(event, rule)
            case _:
                raise ValueError(f"{rule.credit_rule_id}: unknown credit_source {source!r}")
        shares: dict[str, Fraction] = defaultdict(lambda: ZERO)
        territories: dict[str, list[_Part]] = defaultdict(list)
        for part in parts:
            if self._has_role(part.worker_id, rule, event):
                shares[part.worker_id] += part.share * rule.credit_share
                territories[part.worker_id].append(replace(part, share=part.share * rule.credit_share))
        workers = sorted(shares)
        places = 2 if measured.measure.is_money else QUANTITY_PLACES
        exact = [measured.value * shares[worker_id] for worker_id in workers]
        total = rounded(measured.value * sum(shares.values(), ZERO), places)
        amounts = apportioned(exact, total, places)
        return [
            Credit(
                measured,
                rule,
                source,
                worker_id,
                _main_territory(territories[worker_id]),
                None,
                self._calendar.at(measured.counts_on),
                shares[worker_id],
                amount,
            )
            for worker_id, amount in zip(workers, amounts, strict=True)
        ]

    def _has_role(self, worker_id: str, rule: CreditRule, event: SalesEvent) -> bool:
        role = self._people.role(worker_id, event.event_date)
        return rule.sales_role is None or rule.sales_role == role

    def _owner_part(self, event: SalesEvent) -> list[_Part]:
        if event.owner_user_id is None:
            return []
        worker_id = self._people.behind(event.owner_user_id)
        if worker_id is None or not self._people.is_employed(worker_id, event.event_date):
            return []
        return [_Part(worker_id, ONE)]

    def _revenue_parts(self, event: SalesEvent, splits: list[OpportunitySplit]) -> list[_Part]:
        total = sum((split.split_share for split in splits), ZERO)
        if abs(total - 1) <= SPLIT_TOLERANCE:
            return self._split_parts(event, splits, 1 / total)
        self._findings.add("revenue_split_sum", "opportunity_splits", event.opportunity_id or "")
        return self._split_parts(event, splits, ONE)

    def _split_parts(self, event: SalesEvent, splits: list[OpportunitySplit], scale: Fraction) -> list[_Part]:
        parts = []
        for split in splits:
            worker_id = self._people.behind(split.user_id)
            if worker_id is not None and self._people.is_employed(worker_id, event.event_date):
                parts.append(_Part(worker_id, split.split_share * scale))
            else:
                kind = "split_user_unknown" if worker_id is None else "split_user_not_employed"
                key = f"{event.event_id}|{split.user_id}|{split.split_type}"
                amount = event.amount * split.split_share * scale
                self._findings.add(kind, "opportunity_splits", key, amount=amount)
        return parts

    def _territory_parts(self, event: SalesEvent, rule: CreditRule) -> list[_Part]:
        maps = self._alignments.maps if rule.alignment is None else [rule.alignment]
        family = self._transactions.product_family(event)
        day = event.event_date
        parts = []
        aligned = False
        for alignment in maps:
            if event.account_id is None or alignment not in self._alignments.maps:
                continue
            row = self._alignments.find(event.account_id, family, alignment, day)
            if row is None:
                continue
            aligned = True
            assignees = [
                assignment
                for assignment in self._inputs.territory_assignments
                if assignment.territory_id == row.territory_id
                and rule.assignment_role in (None, assignment.assignment_role)
                and holds(assignment.valid_from, day, assignment.valid_to)
                and self._people.is_employed(assignment.worker_id, day)
            ]
            if not assignees:
                self._findings.add("unstaffed_territory", "territories", row.territory_id)
            parts += [
                _Part(assignment.worker_id, assignment.credit_share, row.territory_id) for assignment in assignees
            ]
        if not aligned:
            key = f"{event.account_id or ''}|{rule.alignment or ''}"
            self._findings.add("unaligned_account", "accounts", key)
        return parts

    def _by_manager_rule(self, measured: Measured, rule: CreditRule, direct: list[Credit]) -> Iterator[Credit]:
        """Each manager once, with the sum of the shares that the reports keep, at most 1."""
        event = measured.transaction.first
        through: dict[str, dict[str, Fraction]] = defaultdict(lambda: defaultdict(lambda: ZERO))
        for credit in direct:
            line = self._people.managers(credit.worker_id, rule.manager_levels, event.event_date)
            for manager_id, report_id in line:
                through[manager_id][report_id] += credit.share
        places = 2 if measured.measure.is_money else QUANTITY_PLACES
        for manager_id, shares in sorted(through.items()):
            if not self._people.is_employed(manager_id, event.event_date):
                continue
            if not self._has_role(manager_id, rule, event):
                continue
            share = rule.credit_share * min(ONE, sum(shares.values(), ZERO))
            yield Credit(
                measured,
                rule,
                "manager",
                manager_id,
                None,
                min(shares, key=lambda report_id: (-shares[report_id], report_id)),
                self._calendar.at(measured.counts_on),
                share,
                rounded(measured.value * share, places),
            )

    def _stands(self, credit: Credit) -> bool:
        """A credit that counts while its worker isn't employed is dropped, and listed."""
        if self._people.is_employed(credit.worker_id, credit.credit_date):
            return True
        key = f"{credit.transaction.transaction_id}|{credit.measure_id}|{credit.worker_id}"
        self._findings.add("credit_after_employment", "credits", key, amount=credit.amount)
        return False

    def _note_uncredited(self, measured: Measured) -> None:
        event = measured.transaction.first
        split = self._splits.get((event.opportunity_id or "", "revenue"))
        severity = "info" if event.owner_user_id is None and not split else "warn"
        key = f"{measured.transaction.transaction_id}|{measured.measure.measure_id}"
        self._findings.add("uncredited_transaction", "sales_events", key, severity=severity, amount=measured.value)

    def rows(self) -> list[Row]:
        """The mart `fct_credits`."""
        return [
            {
                "credit_id": credit.credit_id,
                "transaction_id": credit.transaction.transaction_id,
                "measure_id": credit.measure_id,
                "worker_id": credit.worker_id,
                "credit_rule_id": credit.rule.credit_rule_id,
                "credit_source": credit.source,
                "territory_id": credit.territory_id,
                "via_worker_id": credit.via_worker_id,
                "period_id": credit.period.period_id if credit.period else None,
                "credit_date": credit.credit_date,
                "credit_share": credit.share,
                "credit_amount": decimal(credit.amount, credit.places),
                "currency": credit.currency,
            }
            for credit in self.all
        ]


def _best_by_worker(found: Iterator[Credit] | list[Credit]) -> list[Credit]:
    """One credit a worker: lowest priority number, then the larger share, then the rule's id."""
    best: dict[str, Credit] = {}
    for credit in found:
        rival = best.get(credit.worker_id)
        if rival is None or _rank(credit) < _rank(rival):
            best[credit.worker_id] = credit
    return [best[worker_id] for worker_id in sorted(best)]


def _rank(credit: Credit) -> tuple[int, Fraction, str]:
    return credit.rule.priority, -credit.share, credit.rule.credit_rule_id


def _main_territory(parts: list[_Part]) -> str | None:
    """The territory that gave most of a worker's share, then the smallest id."""
    shares: dict[str, Fraction] = defaultdict(lambda: ZERO)
    for part in parts:
        if part.territory_id is not None:
            shares[part.territory_id] += part.share
    return min(shares, key=lambda name: (-shares[name], name), default=None)
