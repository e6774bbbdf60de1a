"""Rules that contradict each other: each refusal with the row, the column and the words a person reads."""

from __future__ import annotations

from pathlib import Path

import pytest
from rule_files import SOUND, Rows, problems_of, workspace_with, write_csv

from orchestration.ingest.plan_rules import CHECKS
from orchestration.problems import Problem

Change = dict[str, Rows]


def component(**columns: str) -> Change:
    """The component c, row 2 of its file, with these columns instead."""
    first, *others = SOUND["plan_components"]
    return {"plan_components": [first | columns, *others]}


def tiers(*spans: str, **columns: str) -> Change:
    """Tiers of c from texts like `0-1`, open-ended `1-`, with the cross band behind a slash: `0-1/0-0.5`."""
    rows = []
    for span in spans:
        tier, _, cross = span.partition("/")
        tier_from, _, tier_to = tier.partition("-")
        cross_from, _, cross_to = cross.partition("-")
        row = {"component_id": "c", "tier_from": tier_from, "tier_to": tier_to, "rate": "0.1"}
        rows.append(row | {"cross_from": cross_from, "cross_to": cross_to} | columns)
    return {"rate_tiers": rows}


def modifiers(*rows: tuple[str, str, str, str]) -> Change:
    """Modifiers of c by `by`: tier_from, tier_to, multiplier, method."""
    names = ("tier_from", "tier_to", "multiplier", "method")
    fixed = {"component_id": "c", "by_component_id": "by"}
    return {"component_modifiers": [fixed | dict(zip(names, row, strict=True)) for row in rows]}


def months(*rows: str) -> Change:
    """A fiscal calendar from texts like `FY2026-M01 2026-01-01 2026-02-01`."""
    return {
        "fiscal_calendar": [dict(zip(("period", "starts_on", "ends_on"), row.split(), strict=True)) for row in rows]
    }


JANUARY, FEBRUARY = "FY2026-M01 2026-01-01 2026-02-01", "FY2026-M02 2026-02-01 2026-03-01"
MARCH = "FY2026-M03 2026-03-01 2026-04-01"
MATRIX = component(cross_component_id="by")
IN_C = "(plan p, component c)"

REFUSED: list[tuple[Change, str]] = [
    # Shapes
    (
        component(tier_method="step"),
        f'plan_components.csv, row 2, tier_method: "step" has no meaning for payout_basis credit on attainment {IN_C};'
        " use marginal, retroactive, excess or reached, or tier_basis margin",
    ),
    (
        component(tier_basis="amount", tier_method="linear"),
        'row 2, tier_method: "linear" has no meaning for payout_basis credit on amount',
    ),
    (component(tier_basis="margin"), 'tier_method: "marginal" has no meaning for payout_basis credit on margin'),
    (
        component(tier_basis="margin", tier_method="reached"),
        'tier_method: "reached" has no meaning for payout_basis credit on margin',
    ),
    (component(payout_basis="flat"), 'tier_method: "marginal" has no meaning for payout_basis flat on attainment'),
    (
        component(payout_basis="target_incentive", tier_basis="margin", tier_method="excess"),
        'tier_method: "excess" has no meaning for payout_basis target_incentive on margin',
    ),
    (component(window="deal"), f'tier_basis: "attainment" has no meaning with window deal: a deal has no quota {IN_C}'),
    (
        component(window="deal", payout_basis="target_incentive", tier_basis="amount", tier_method="step"),
        'payout_basis: "target_incentive" has no meaning with window deal',
    ),
    (
        component(window="deal", tier_basis="amount", threshold_attainment="0.5"),
        'threshold_attainment: "0.5" has no meaning with window deal',
    ),
    (
        component(window="deal", tier_basis="amount", cap_attainment="2"),
        'cap_attainment: "2" has no meaning with window deal',
    ),
    (
        component(component_source="objective", measure_id="", payout_basis="flat", tier_method="step", window="deal"),
        'window: "deal" has no meaning for an objective',
    ),
    (
        component(component_source="objective", payout_basis="flat", tier_method="step"),
        'measure_id: "sales" stands with an objective, which measures nothing',
    ),
    (component(measure_id=""), "row 2, measure_id: is empty, so that nothing is credited"),
    (component(component_source="objective", measure_id=""), 'payout_basis: "credit" has no meaning for an objective'),
    (
        component(
            component_source="objective", measure_id="", payout_basis="flat", tier_basis="amount", tier_method="step"
        ),
        'tier_basis: "amount" has no meaning for an objective',
    ),
    (
        component(payout_basis="flat", tier_method="step", release_event="payment"),
        'release_event: "payment" has no meaning with payout_basis flat',
    ),
    (
        component(payout_basis="target_incentive", release_event="invoice"),
        'release_event: "invoice" has no meaning with payout_basis target_incentive',
    ),
    (
        component(release_share_at_booking="0.5"),
        'release_share_at_booking: "0.5" says what is paid at once, but nothing',
    ),
    (
        component(release_event="invoice", release_share_at_booking="1.5"),
        'release_share_at_booking: "1.5" is not a share from 0 to 1',
    ),
    (component(weight="1.2"), 'weight: "1.2" is not a share from 0 to 1'),
    (component(weight="-0.1"), 'weight: "-0.1" is not a share from 0 to 1'),
    (component(threshold_attainment="-0.5"), 'threshold_attainment: "-0.5" is less than 0'),
    (component(cap_attainment="-1"), 'cap_attainment: "-1" is less than 0'),
    (component(cap_amount="-0.01"), 'cap_amount: "-0.01" is less than 0'),
    (
        component(threshold_attainment="1.5", cap_attainment="1.2"),
        'threshold_attainment: "1.5" lies above cap_attainment 1.2',
    ),
    # Plans
    (
        {"plans": [*SOUND["plans"], {"plan_id": "empty", "currency": "USD"}]},
        'plans.csv, row 4, plan_id: "empty" has no components (plan empty)',
    ),
    (
        {"plans": [{"plan_id": "p", "currency": "usd"}, SOUND["plans"][1]]},
        'plans.csv, row 2, currency: "usd" is no ISO currency (plan p); write its three capital letters',
    ),
    (
        {"plans": [{"plan_id": "p", "currency": "USD", "continues_plan_id": "p"}, SOUND["plans"][1]]},
        'plans.csv, row 2, continues_plan_id: "p" leads back to the plan itself',
    ),
    (
        {
            "plans": [
                {"plan_id": "p", "currency": "USD", "continues_plan_id": "q"},
                {"plan_id": "q", "currency": "USD", "continues_plan_id": "p"},
            ]
        },
        'plans.csv, row 3, continues_plan_id: "p" leads back to the plan itself',
    ),
    (component(cross_component_id="c"), f'cross_component_id: "c" is the component itself {IN_C}'),
    (component(cross_component_id="other"), f'cross_component_id: "other" is a component of plan q {IN_C}'),
    (
        {"component_modifiers": [{"component_id": "c", "by_component_id": "c", "tier_from": "0", "multiplier": "1"}]},
        f'component_modifiers.csv, row 2, by_component_id: "c" is the component itself {IN_C}',
    ),
    (
        {
            "component_modifiers": [
                {"component_id": "c", "by_component_id": "other", "tier_from": "0", "multiplier": "1"}
            ]
        },
        'component_modifiers.csv, row 2, by_component_id: "other" is a component of plan q',
    ),
    (
        {"ramp_schedules": [{"plan_id": "p", "tenure_month": "0", "quota_share": "0.5"}]},
        'ramp_schedules.csv, row 2, tenure_month: "0" is less than 1 (plan p)',
    ),
    (
        {"ramp_schedules": [{"plan_id": "p", "tenure_month": "1", "quota_share": "25"}]},
        'quota_share: "25" is not a share from 0 to 1',
    ),
    # Tiers, matrix, modifiers
    (tiers("0-0"), f'rate_tiers.csv, row 2, tier_to: "0" is not above tier_from 0 {IN_C}'),
    (tiers("1-0.5"), 'tier_to: "0.5" is not above tier_from 1'),
    (tiers("0-1", "0.8-"), f'row 3, tier_from: "0.8" lies inside the tier from 0 to 1 (row 2) {IN_C}'),
    (tiers("0.8-", "0-1"), 'row 2, tier_from: "0.8" lies inside the tier from 0 to 1 (row 3)'),
    (MATRIX | tiers("0-2/0-1", "1-/0.5-1"), 'row 3, tier_from: "1" lies inside the tier from 0 to 2 (row 2)'),
    (MATRIX | tiers("0-2/0-1", "1-/1-"), ""),
    (MATRIX | tiers("0-2/1-", "1-/0-1"), ""),
    (MATRIX | tiers("0-/0-1", "0-/0.9-"), 'row 3, cross_from: "0.9" overlaps with the band of row 2'),
    (MATRIX | tiers("0-/0-", "0-/1-"), 'row 3, cross_from: "1" overlaps with the band of row 2'),
    (MATRIX | tiers("0-1/0-1", "0-1/1-", "1-/0-1", "1-/1-"), ""),
    (MATRIX | tiers("0-/1-0.5"), 'cross_to: "0.5" is not above cross_from 1'),
    (tiers("0-/0-1"), 'row 2, cross_from: "0" is the second dimension of a matrix, but the component has no'),
    (tiers("0-/-1"), 'row 2, cross_to: "1" is the second dimension of a matrix, but the component has no'),
    (modifiers(("1", "1", "2", "")), 'component_modifiers.csv, row 2, tier_to: "1" is not above tier_from 1'),
    (
        modifiers(("0", "1", "0", ""), ("0.9", "", "1", "")),
        'row 3, tier_from: "0.9" lies inside the stretch before it, which ends at 1',
    ),
    (modifiers(("0", "", "0", ""), ("1", "", "1", "linear")), 'row 3, method: "linear" stands beside step'),
    (modifiers(("0", "", "-1", "")), 'multiplier: "-1" is less than 0'),
    # Schedules
    (
        component(release_event="schedule"),
        'release_event: "schedule" needs rows in release_schedules.csv, and has none',
    ),
    (
        {"release_schedules": [{"component_id": "c", "after_months": "1", "share": "1"}]},
        f'release_schedules.csv, row 2, component_id: "c" has a schedule, but its release_event is not schedule {IN_C}',
    ),
    (
        component(release_event="schedule")
        | {"release_schedules": [{"component_id": "c", "after_months": f"{n}", "share": "0.3"} for n in (0, 6, 12)]},
        'row 2, share: "0.3" and the component\'s other shares sum to 0.9',
    ),
    (
        component(release_event="schedule")
        | {"release_schedules": [{"component_id": "c", "after_months": f"{n}", "share": f"{n}"} for n in (-1, 2)]},
        'row 2, share: "-1" is not a share from 0 to 1',
    ),
    (
        component(release_event="schedule")
        | {"release_schedules": [{"component_id": "c", "after_months": "-1", "share": "1"}]},
        'after_months: "-1" is less than 0',
    ),
    *(
        ({"reversal_schedules": [{"measure_id": "sales"} | row for row in rows]}, said)
        for rows, said in (
            (
                [{"from_days": "0", "to_days": "90"}, {"from_days": "91"}],
                'row 3, from_days: "91" leaves a gap after the stretch before it, which ends at day 90 (measure sales)',
            ),
            (
                [{"from_days": "0", "to_days": "90"}, {"from_days": "60"}],
                'row 3, from_days: "60" lies inside the stretch before it, from day 0 (measure sales); write 60',
            ),
            ([{"from_days": "0"}, {"from_days": "60"}], 'row 3, from_days: "60" lies inside the stretch before it'),
            ([{"from_days": "9", "to_days": "9"}], 'to_days: "9" is not above from_days 9'),
            ([{"from_days": "-1"}], 'from_days: "-1" is less than 0'),
            ([{"from_days": "0", "share": "2"}], 'share: "2" is not a share from 0 to 1'),
            ([{"from_days": "0", "to_days": "90"}, {"from_days": "90", "share": "0.5"}], ""),
        )
    ),
    *(
        (
            {"quota_seasonality": [{"measure_id": "sales", "month_of_year": m, "share": s} for m, s in rows]},
            said,
        )
        for rows, said in (
            ([("1", "0.5"), ("2", "0.4999")], 'row 2, share: "0.5" and the measure\'s other shares sum to 0.9999'),
            ([("1", "0.5"), ("2", "0.499991")], ""),
            ([("13", "1")], 'month_of_year: "13" is no month of a fiscal year (measure sales)'),
            ([("0", "1")], 'month_of_year: "0" is no month of a fiscal year'),
            ([("1", "1.5"), ("2", "-0.5")], 'row 3, share: "-0.5" is not a share from 0 to 1'),
        )
    ),
    # Credit
    (
        {"measures": [{"measure_id": "sales", "event_types": "booking|order"}, SOUND["measures"][1]]},
        'measures.csv, row 2, event_types: "order" is not a known value (measure sales);'
        " use booking, invoice, payment or cancellation, with | between several",
    ),
    (
        {"measures": [{"measure_id": "sales", "opportunity_type": "new|upsell"}, SOUND["measures"][1]]},
        'opportunity_type: "upsell" is not a known value (measure sales); use new, renewal, expansion or other',
    ),
    ({"measures": [{"measure_id": "sales", "event_types": "invoice|payment"}, SOUND["measures"][1]]}, ""),
    *(
        ({"measures": [{"measure_id": "sales"} | row, SOUND["measures"][1]]}, said)
        for row, said in (
            ({"min_margin": "30"}, 'min_margin: "30" is more than any event\'s margin'),
            ({"min_term_months": "-1"}, 'min_term_months: "-1" is less than 0'),
            ({"reversal_window_days": "-1"}, 'reversal_window_days: "-1" is less than 0'),
        )
    ),
    *(
        ({"credit_rules": [SOUND["credit_rules"][0], {"credit_rule_id": "x", "measure_id": "sales"} | row]}, said)
        for row, said in (
            (
                {"credit_source": "owner", "credit_share": "1.01"},
                'row 3, credit_share: "1.01" is not a share from 0 to 1 (measure sales, credit rule x)',
            ),
            ({"credit_source": "manager", "manager_levels": "0"}, 'manager_levels: "0" is less than 1'),
            (
                {"credit_source": "owner", "manager_levels": "1"},
                'manager_levels: "1" has no meaning for credit_source owner: only manager reads it',
            ),
            (
                {"credit_source": "owner", "alignment": "core"},
                'alignment: "core" has no meaning for credit_source owner',
            ),
            (
                {"credit_source": "manager", "assignment_role": "rep"},
                'assignment_role: "rep" has no meaning for credit_source manager: only territory reads it',
            ),
            (
                {"credit_source": "territory", "alignment": "coer"},
                'alignment: "coer" is the alignment of no territory',
            ),
            (
                {"credit_source": "owner", "product_family": "Bikes|Parts"},
                'product_family: "Bikes|Parts" names several families',
            ),
            (
                {"credit_source": "manager", "measure_id": "margin"},
                'measure_id: "margin" is credited to managers only',
            ),
            (
                {"credit_source": "owner", "valid_from": "2026-02-01", "valid_to": "2026-02-01"},
                'row 3, valid_to: "2026-02-01" is not after valid_from (2026-02-01)',
            ),
        )
    ),
    (
        {
            "territories": [
                {"territory_id": "world", "alignment": "core", "parent_territory_id": "europe"},
                {"territory_id": "europe", "alignment": "core", "parent_territory_id": "world"},
                {"territory_id": "below", "alignment": "core", "parent_territory_id": "world"},
            ]
        },
        'territories.csv, row 3, parent_territory_id: "world" leads back to the territory itself (territory europe)',
    ),
    (
        {"territory_rules": [{"territory_rule_id": "everything", "territory_id": "world"}]},
        "",
    ),
    # Rates and calendar
    *(
        ({"fx_rates": [dict(zip(("period", "from_currency", "to_currency", "rate"), row.split(), strict=True))]}, said)
        for row, said in (
            ("FY2026 EUR USD 1.1", 'fx_rates.csv, row 2, period: "FY2026" is not a month (FY2026)'),
            ("FY2026-Q1 EUR USD 1.1", 'period: "FY2026-Q1" is not a month'),
            ("FY2026-M01 EUR USD 0", 'rate: "0" is not above 0 (FY2026-M01, EUR to USD)'),
            ("FY2026-M01 EUR USD -1.1", 'rate: "-1.1" is not above 0'),
            ("FY2026-M01 EUR EUR 1.1", 'to_currency: "EUR" is also the from_currency, with rate 1.1'),
            ("FY2026-M01 Euro USD 1.1", 'from_currency: "Euro" is no ISO currency'),
            ("FY2026-M01 EUR usd 1.1", 'to_currency: "usd" is no ISO currency'),
        )
    ),
    (months(JANUARY, FEBRUARY, MARCH), ""),
    (months("FY2026 2026-01-01 2027-01-01"), 'fiscal_calendar.csv, row 2, period: "FY2026" is not a month'),
    (
        months(JANUARY, FEBRUARY, "FY2026-M03 2026-03-01 2026-03-01"),
        'row 4, ends_on: "2026-03-01" is not after starts_on 2026-03-01 (FY2026-M03)',
    ),
    (
        months(JANUARY, "FY2026-M02 2026-01-29 2026-03-01", MARCH),
        'row 3, starts_on: "2026-01-29" lies inside FY2026-M01, which ends on 2026-02-01 (FY2026-M02); write 2026',
    ),
    (
        months(JANUARY, "FY2026-M02 2026-02-02 2026-03-01", MARCH),
        'row 3, starts_on: "2026-02-02" leaves a gap after FY2026-M01, which ends on 2026-02-01 (FY2026-M02)',
    ),
    (
        months(JANUARY, "FY2026-M03 2026-02-01 2026-03-01", "FY2026-M02 2026-03-01 2026-04-01"),
        'row 3, period: "FY2026-M03" doesn\'t follow FY2026-M01, which starts before it',
    ),
    (months(JANUARY, FEBRUARY), 'row 2, period: "FY2026-M01" is in a quarter with 2 of its 3 months (FY2026-Q1)'),
]


FOUND: dict[int, tuple[Problem, ...]] = {}
"""What reading each of REFUSED complained about, for the test that none is forgotten."""


def test_sound_rules_are_accepted(tmp_path: Path) -> None:
    assert problems_of(workspace_with(tmp_path, SOUND)) == ()


@pytest.mark.parametrize(
    ("place", "change", "said"),
    [pytest.param(place, *row, id=row[1][:60] or f"accepted-{place}") for place, row in enumerate(REFUSED)],
)
def test_rules_without_meaning_are_refused_with_place_reason_and_remedy(
    tmp_path: Path, place: int, change: Change, said: str
) -> None:
    FOUND[place] = problems_of(workspace_with(tmp_path, SOUND | change))
    found = [str(problem) for problem in FOUND[place]]
    if said:
        assert any(said in problem for problem in found), found
    else:
        assert found == []


def test_every_check_is_refused_at_least_once(tmp_path: Path) -> None:
    for place, (change, _) in enumerate(REFUSED):
        if place not in FOUND:  # this test runs alone
            FOUND[place] = problems_of(workspace_with(tmp_path / str(place), SOUND | change))
    problems = [problem for found in FOUND.values() for problem in found]
    said = {(problem.where.rpartition("/")[2], str(problem.column), problem.remedy) for problem in problems}
    checks = {(f"{check.file}.csv", check.column, check.remedy) for check in CHECKS if "{" not in check.remedy}
    silent = checks - said - {("plan_components.csv", "component_id", _DROPPED)}
    assert not silent


_DROPPED = "put its row back; to end a component, end the plan assignments"


def test_a_component_with_settled_lines_must_stay(tmp_path: Path) -> None:
    workspace = workspace_with(tmp_path, SOUND)
    columns = ("worker_id", "component_id", "earned_period", "pay_period", "line_type", "amount", "currency")
    paid = ("FY2026-M01", "FY2026-M01", "earning", "10.00", "USD")
    rows = [("ann", "c", *paid), ("ann", "gone", *paid), ("bob", "gone", *paid), ("bob", "", *paid)]
    settled = workspace.ledger / "FY2026-M01" / "settled_payouts.csv"
    write_csv(settled, columns, [dict(zip(columns, row, strict=True)) for row in rows])
    assert [str(problem) for problem in problems_of(workspace)] == [
        'seeds/plan_components.csv, component_id: "gone" is missing, but the ledger has settled lines of it'
        f" (component gone); {_DROPPED}"
    ]


def test_everything_wrong_is_said_at_once_and_once(tmp_path: Path) -> None:
    change = component(tier_method="step", cap_amount="-1", release_share_at_booking="2") | tiers("1-0.5", "0-2")
    found = [(p.where, p.row, p.column) for p in problems_of(workspace_with(tmp_path, SOUND | change))]
    assert found == [
        ("seeds/plan_components.csv", 2, "cap_amount"),
        ("seeds/plan_components.csv", 2, "release_share_at_booking"),
        ("seeds/plan_components.csv", 2, "release_share_at_booking"),
        ("seeds/plan_components.csv", 2, "tier_method"),
        ("seeds/rate_tiers.csv", 2, "tier_from"),
        ("seeds/rate_tiers.csv", 2, "tier_to"),
    ]
