"""What makes no sense among rules that are each well-formed: one small check a kind, each one condition over the rules.

A check names the rows it looks at (a view of plan_rules.sql), the condition under which one is wrong, and the words
about it. Everything found is told at once, with plan and component (calculation.md §6, last paragraphs).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import duckdb

from orchestration.problems import Problem


@dataclass(frozen=True)
class RuleCheck:
    """One thing that rules must not say.

    file: the rule table to mend. rows: SQL of the rows looked at, with _row_number and context (what they belong to).
    column: where the mistake shows, whose value is told. wrong: SQL condition. reason, remedy: sentences, {name}
    in them is the row's value of that name. needs: tables that must have been read whole to conclude.
    """

    file: str
    rows: str
    column: str
    wrong: str
    reason: str
    remedy: str
    needs: tuple[str, ...] = ()


def contradictions(connection: duckdb.DuckDBPyConnection, where: str, incomplete: Iterable[str]) -> list[Problem]:
    """What the checks find in the rule tables of a connection, and in its settled_payouts.

    where: the rules folder, as messages say it. incomplete: tables of which rows are absent, because they were refused.
    """
    connection.execute(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
    possible = [check for check in CHECKS if not set(check.needs).intersection(incomplete)]
    return [problem for check in possible for problem in _run(connection, check, where)]


def _run(connection: duckdb.DuckDBPyConnection, check: RuleCheck, where: str) -> Iterable[Problem]:
    cursor = connection.execute(f"select * from {check.rows} as found where {check.wrong} order by _row_number")
    names = [str(column[0]) for column in cursor.description or []]
    for row in cursor.fetchall():
        facts = dict(zip(names, row, strict=True))
        said = {name: _plain(value) for name, value in facts.items()}
        value = None if facts[check.column] is None else said[check.column]
        reason = f"{check.reason.format(**said)} ({said['context']})"
        remedy = check.remedy.format(**said)
        yield Problem(f"{where}/{check.file}.csv", reason, remedy, facts["_row_number"], check.column, value)


def _plain(value: object) -> str:
    """0.5, not 0.50000000."""
    if isinstance(value, Decimal):
        text = f"{value:f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    return "" if value is None else str(value)


def _checks(
    file: str, rows: str, *found: tuple[str, str, str, str], needs: tuple[str, ...] = ()
) -> tuple[RuleCheck, ...]:
    """Checks of one file's rows; found: column, wrong, reason and remedy of each."""
    return tuple(RuleCheck(file, rows, *one, needs) for one in found)


def _share(column: str) -> tuple[str, str, str, str]:
    return column, f"{column} < 0 or {column} > 1", "is not a share from 0 to 1", "write 0.05 for 5 %"


def _at_least(column: str, least: int, remedy: str) -> tuple[str, str, str, str]:
    return column, f"{column} < {least}", f"is less than {least}", remedy


_BY_CREDIT = "('marginal', 'retroactive', 'excess', 'reached')"
_BY_POINT = "('step', 'linear')"
_IS_OBJECTIVE = "component_source = 'objective'"
_IS_DEAL = "\"window\" = 'deal'"
_NO_CURRENCY = ("is no ISO currency", "write its three capital letters, such as USD")

_SHAPES = _checks(
    "plan_components",
    "components",
    (
        "tier_method",
        f"payout_basis = 'credit' and tier_basis <> 'margin' and tier_method not in {_BY_CREDIT}",
        "has no meaning for payout_basis credit on {tier_basis}",
        "use marginal, retroactive, excess or reached, or tier_basis margin",
    ),
    (
        "tier_method",
        f"payout_basis = 'credit' and tier_basis = 'margin' and tier_method not in {_BY_POINT}",
        "has no meaning for payout_basis credit on margin",
        "use step or linear: the margin picks the rate of the credit",
    ),
    (
        "tier_method",
        f"(payout_basis = 'flat' or payout_basis = 'target_incentive' and tier_basis <> 'attainment')"
        f" and tier_method not in {_BY_POINT}",
        "has no meaning for payout_basis {payout_basis} on {tier_basis}",
        "use step or linear",
    ),
    (
        "tier_basis",
        f"{_IS_DEAL} and tier_basis = 'attainment'",
        "has no meaning with window deal: a deal has no quota",
        "use tier_basis amount or margin, or another window",
    ),
    (
        "payout_basis",
        f"{_IS_DEAL} and payout_basis = 'target_incentive'",
        "has no meaning with window deal: a target incentive belongs to months",
        "use payout_basis credit or flat, or another window",
    ),
    *(
        (
            column,
            f"{_IS_DEAL} and {column} is not null",
            "has no meaning with window deal: a deal has no attainment",
            "leave it empty",
        )
        for column in ("threshold_attainment", "cap_attainment")
    ),
    (
        "window",
        f"{_IS_OBJECTIVE} and {_IS_DEAL}",
        "has no meaning for an objective",
        "use month, quarter or year",
    ),
    (
        "measure_id",
        f"{_IS_OBJECTIVE} and measure_id is not null",
        "stands with an objective, which measures nothing",
        "leave it empty, or use component_source credit",
    ),
    (
        "measure_id",
        "component_source = 'credit' and measure_id is null",
        "is empty, so that nothing is credited",
        "name a measure, or use component_source objective",
    ),
    (
        "payout_basis",
        f"{_IS_OBJECTIVE} and payout_basis = 'credit'",
        "has no meaning for an objective, which has no credit",
        "use target_incentive or flat",
    ),
    (
        "tier_basis",
        f"{_IS_OBJECTIVE} and tier_basis <> 'attainment'",
        "has no meaning for an objective, which has only attainment",
        "use attainment",
    ),
    (
        "release_event",
        "release_event in ('invoice', 'payment') and payout_basis <> 'credit'",
        "has no meaning with payout_basis {payout_basis}: no deal's cash belongs to it",
        "use payout_basis credit, or release_event schedule",
    ),
    (
        "release_share_at_booking",
        "release_event is null and release_share_at_booking is not null",
        "says what is paid at once, but nothing is held",
        "name a release_event, or leave it empty",
    ),
    (
        "threshold_attainment",
        "threshold_attainment > cap_attainment",
        "lies above cap_attainment {cap_attainment}",
        "correct one of them",
    ),
    _share("release_share_at_booking"),
    _share("weight"),
    *(
        _at_least(column, 0, "write 0 or more, or leave it empty")
        for column in ("threshold_attainment", "cap_attainment", "cap_amount")
    ),
)

_PLANS = (
    *_checks(
        "plans",
        "all_plans",
        (
            "plan_id",
            "plan_id not in (select plan_id from plan_components)",
            "has no components",
            "add one to plan_components.csv, or remove the plan",
        ),
        needs=("plan_components",),
    ),
    *_checks("plans", "all_plans", ("currency", "not regexp_full_match(currency, '[A-Z]{3}')", *_NO_CURRENCY)),
    *_checks(
        "plans",
        "before_plan",
        ("continues_plan_id", "true", "leads back to the plan itself", "name the plan before it, or leave it empty"),
    ),
    *_checks(
        "plan_components",
        "dropped_components",
        (
            "component_id",
            "true",
            "is missing, but the ledger has settled lines of it",
            "put its row back; to end a component, end the plan assignments",
        ),
        needs=("plan_components",),
    ),
    *(
        check
        for file, column in (("plan_components", "cross_component_id"), ("component_modifiers", "by_component_id"))
        for check in _checks(
            file,
            f"(select *, other_id as {column} from named_components where file = '{file}')",
            (column, "other_id = component_id", "is the component itself", "name another component of the plan"),
            (
                column,
                "other_plan_id <> plan_id",
                "is a component of plan {other_plan_id}",
                "name a component of the same plan",
            ),
        )
    ),
    *_checks(
        "ramp_schedules",
        "ramps",
        _at_least("tenure_month", 1, "1 is the fiscal month of hire"),
        _share("quota_share"),
    ),
)

_TIERS = (
    *_checks(
        "rate_tiers",
        "tiers",
        (
            "tier_to",
            "tier_to <= tier_from",
            "is not above tier_from {tier_from}",
            "write the end of the tier, or leave it empty",
        ),
        (
            "cross_to",
            "cross_to <= cross_from",
            "is not above cross_from {cross_from}",
            "write the end of the band, or leave it empty",
        ),
    ),
    *_checks(
        "rate_tiers",
        "tiers",
        *(
            (
                column,
                f"cross_component_id is null and {column} is not null",
                "is the second dimension of a matrix, but the component has no cross_component_id",
                "name it in plan_components.csv, or leave this empty",
            )
            for column in ("cross_from", "cross_to")
        ),
        needs=("plan_components",),
    ),
    *_checks(
        "rate_tiers",
        "tier_pairs",
        (
            "tier_from",
            "is_overlap and not is_same_start",
            "lies inside the tier from {earlier_from} to {earlier_to} (row {earlier_row})",
            "end that tier where this one starts",
        ),
        (
            "cross_from",
            "is_same_start",
            "overlaps with the band of row {earlier_row}, which has the same tier_from",
            "end each band in cross_to where the next one starts",
        ),
    ),
    *_checks(
        "component_modifiers",
        "modifiers",
        (
            "tier_to",
            "tier_to <= tier_from",
            "is not above tier_from {tier_from}",
            "write the end of the stretch, or leave it empty",
        ),
        (
            "tier_from",
            "previous_to > tier_from",
            "lies inside the stretch before it, which ends at {previous_to}",
            "end that stretch where this one starts",
        ),
        (
            "method",
            "method <> first_method",
            "stands beside {first_method} for the same by_component_id",
            "use one method for all its rows",
        ),
        _at_least("multiplier", 0, "write 0 (pays nothing) or more"),
    ),
)

_SCHEDULES = (
    *_checks(
        "plan_components",
        "components",
        (
            "release_event",
            "release_event = 'schedule' and component_id not in (select component_id from release_schedules)",
            "needs rows in release_schedules.csv, and has none",
            "add them, or leave release_event empty",
        ),
        needs=("release_schedules",),
    ),
    *_checks(
        "release_schedules",
        "releases",
        (
            "component_id",
            "release_event is distinct from 'schedule' and _row_number = first_row",
            "has a schedule, but its release_event is not schedule",
            "write release_event schedule in plan_components.csv, or remove the rows",
        ),
        (
            "share",
            "total <> 1 and _row_number = first_row",
            "and the component's other shares sum to {total}",
            "correct them, so that they sum to 1",
        ),
        needs=("plan_components", "release_schedules"),
    ),
    *_checks("release_schedules", "releases", _share("share"), _at_least("after_months", 0, "0 is the earned month")),
    *_checks(
        "reversal_schedules",
        "reversals",
        (
            "to_days",
            "to_days <= from_days",
            "is not above from_days {from_days}",
            "write the first day beyond, or leave it empty",
        ),
        (
            "from_days",
            "previous_from < from_days and (previous_to is null or previous_to > from_days)",
            "lies inside the stretch before it, from day {previous_from}",
            "write {from_days} as that stretch's to_days",
        ),
        _at_least("from_days", 0, "0 is the day of the event reversed"),
        _share("share"),
    ),
    *_checks(
        "reversal_schedules",
        "reversals",
        (
            "from_days",
            "previous_to < from_days",
            "leaves a gap after the stretch before it, which ends at day {previous_to}",
            "let one begin where the other ends",
        ),
        needs=("reversal_schedules",),
    ),
    *_checks(
        "quota_seasonality",
        "seasons",
        (
            "share",
            "abs(total - 1) > 0.00001 and _row_number = first_row",
            "and the measure's other shares sum to {total}",
            "correct them, so that they sum to 1",
        ),
        needs=("quota_seasonality",),
    ),
    *_checks(
        "quota_seasonality",
        "seasons",
        ("month_of_year", "month_of_year not between 1 and 12", "is no month of a fiscal year", "write 1 to 12"),
        _share("share"),
    ),
)

_CREDIT = (
    *(
        check
        for column, known in (
            ("event_types", ("booking", "invoice", "payment", "cancellation")),
            ("opportunity_type", ("new", "renewal", "expansion", "other")),
        )
        for check in _checks(
            "measures",
            f"(select *, word as {column} from measure_words where column_name = '{column}')",
            (
                column,
                f"word not in {known!r}",
                "is not a known value",
                f"use {', '.join(known[:-1])} or {known[-1]}, with | between several",
            ),
        )
    ),
    *_checks(
        "measures",
        "named_measures",
        ("min_margin", "min_margin > 1", "is more than any event's margin", "write 0.05 for 5 %"),
        _at_least("min_term_months", 0, "write months, or leave it empty"),
        _at_least("reversal_window_days", 0, "write days, or leave it empty"),
    ),
    *_checks(
        "credit_rules",
        "crediting",
        _share("credit_share"),
        _at_least("manager_levels", 1, "1 is the direct manager"),
        ("product_family", "contains(product_family, '|')", "names several families", "write one rule for each"),
        *(
            (
                column,
                f"credit_source <> '{source}' and {column} is not null",
                f"has no meaning for credit_source {{credit_source}}: only {source} reads it",
                "leave it empty",
            )
            for column, source in (
                ("alignment", "territory"),
                ("assignment_role", "territory"),
                ("manager_levels", "manager"),
            )
        ),
    ),
    *_checks(
        "credit_rules",
        "crediting",
        (
            "alignment",
            "alignment is not null and not exists (select 1 from territories where alignment = found.alignment)",
            "is the alignment of no territory",
            "correct it, or add territories of it to territories.csv",
        ),
        needs=("territories",),
    ),
    *_checks(
        "credit_rules",
        "crediting",
        (
            "measure_id",
            "credit_source = 'manager' and rules_of_people = 0",
            "is credited to managers only, who get theirs through the workers that another rule credits",
            "add a rule with credit_source owner, overlay_split or territory",
        ),
        needs=("credit_rules",),
    ),
    *_checks(
        "territories",
        "above_territory",
        (
            "parent_territory_id",
            "true",
            "leads back to the territory itself",
            "name the territory above it, or leave it empty",
        ),
    ),
)

_CALENDAR = (
    *(
        check
        for file in ("fx_rates", "fiscal_calendar")
        for check in _checks(
            file,
            f"(select *, period as context from {file})",
            ("period", "period not like '%-M%'", "is not a month", "write months, such as FY2026-M01"),
        )
    ),
    *_checks(
        "fx_rates",
        "rates",
        ("rate", "rate <= 0", "is not above 0", "write units of to_currency for one of from_currency"),
        (
            "to_currency",
            "from_currency = to_currency and rate <> 1",
            "is also the from_currency, with rate {rate}",
            "remove the row: a currency is worth itself",
        ),
        *(
            (column, f"not regexp_full_match({column}, '[A-Z]{{3}}')", *_NO_CURRENCY)
            for column in ("from_currency", "to_currency")
        ),
    ),
    *_checks(
        "fiscal_calendar",
        "months",
        (
            "ends_on",
            "ends_on <= starts_on",
            "is not after starts_on {starts_on}",
            "write the first day after the month",
        ),
        (
            "starts_on",
            "previous_ends_on > starts_on",
            "lies inside {previous_period}, which ends on {previous_ends_on}",
            "write {previous_ends_on}",
        ),
    ),
    *_checks(
        "fiscal_calendar",
        "months",
        (
            "starts_on",
            "previous_ends_on < starts_on",
            "leaves a gap after {previous_period}, which ends on {previous_ends_on}",
            "write {previous_ends_on}",
        ),
        (
            "period",
            "month_number <> previous_number + 1",
            "doesn't follow {previous_period}, which starts before it",
            "number the months in the order of their days",
        ),
        needs=("fiscal_calendar",),
    ),
    *_checks(
        "fiscal_calendar",
        "quarters",
        (
            "period",
            "month_count <> 3",
            "is in a quarter with {month_count} of its 3 months",
            "add the others: a calendar consists of whole quarters",
        ),
        needs=("fiscal_calendar",),
    ),
)

CHECKS = (*_SHAPES, *_PLANS, *_TIERS, *_SCHEDULES, *_CREDIT, *_CALENDAR)
