"""Severities and waivers of the workspace: what they may say, and what they do."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from orchestration.builds import CheckResult, Waiver
from orchestration.problems import UserError
from orchestration.quality.severity import expired, require_sound, with_severities
from orchestration.quality.suite import Check, Checked
from orchestration.quality.trend import trend_checks
from orchestration.workspace import BoundSettings, QualitySettings, read_settings

TODAY = date(2027, 3, 5)
PAY = Checked("marts", "payout.fct_payouts", "payout.fct_payouts", ("payout_line_id",))
EVENTS = Checked("raw", "raw_crm.deals", "raw_crm.deals", ("deal_id",))
CHECKS = [
    PAY.has_columns(["amount"]),
    PAY.is_unique_by(["payout_line_id"]),
    *trend_checks(EVENTS, ("closed_on", "amount"), BoundSettings(), TODAY),
]
COLUMNS, KEY, VOLUME = (check.full_name for check in CHECKS[:3])


def waiver(check: str, until: date) -> dict[str, object]:
    return {"check": check, "by": "Ann", "reason": "The vendor mends it.", "until": until}


def settings(**quality: object) -> QualitySettings:
    return QualitySettings.model_validate(quality)


def verdict(check: Check) -> str:
    """Of the check, had it failed."""
    result = CheckResult(name=check.name, table=check.table, passed=False, severity=check.severity, waiver=check.waiver)
    return result.verdict


def test_statistics_warn_and_contracts_block_unless_the_workspace_says_otherwise() -> None:
    by_name = {one.full_name: verdict(one) for one in with_severities(CHECKS, settings(), TODAY)}
    assert (by_name[COLUMNS], by_name[KEY], by_name[VOLUME]) == ("failed", "failed", "warned")
    told = settings(severity={COLUMNS: "warn", VOLUME: "block"})
    require_sound(CHECKS, told)
    by_name = {one.full_name: verdict(one) for one in with_severities(CHECKS, told, TODAY)}
    assert (by_name[COLUMNS], by_name[KEY], by_name[VOLUME]) == ("warned", "failed", "failed")


@pytest.mark.parametrize(("until", "said"), [(date(2027, 3, 5), "waived"), (date(2027, 3, 4), "failed")])
def test_a_waiver_holds_to_the_end_of_its_last_day(until: date, said: str) -> None:
    told = settings(waivers=[waiver(KEY, until)])
    require_sound(CHECKS, told)
    found = {one.full_name: verdict(one) for one in with_severities(CHECKS, told, TODAY)}
    assert found[KEY] == said
    assert found[COLUMNS] == "failed"
    ended = {} if said == "waived" else {KEY: Waiver(by="Ann", reason="The vendor mends it.", until=until)}
    assert expired(told, TODAY) == ended


def test_all_that_is_wrong_is_told_at_once() -> None:
    told = settings(
        severity={KEY: "warn", "payout.fct_payout.has_its_columns": "warn"},
        waivers=[waiver("model.quotaline.fct_payouts", TODAY), waiver(KEY, TODAY), waiver(KEY, date(2027, 4, 1))],
        freshness={"crn": 3},
    )
    with pytest.raises(UserError) as error:
        require_sound(CHECKS, told)
    said = [str(problem) for problem in error.value.problems]
    assert len(said) == 5
    assert "proves keys or sums" in said[0]
    assert "did you mean payout.fct_payouts.has_its_columns?" in said[1]
    assert "did you mean crm?" in said[2]
    assert "is dbt's and always blocks" in said[3]
    assert "is waived more than once" in said[4]


def test_a_waiver_in_the_settings_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "quotaline.toml"
    path.write_text(
        'version = 1\nname = "A"\n[[quality.waivers]]\ncheck = "a.b.c"\nby = "Ann"\nreason = "R"\nuntil = 2027-03-05\n'
    )
    (read,) = read_settings(path).quality.waivers
    assert (read.check, read.by, read.reason, read.until) == ("a.b.c", "Ann", "R", TODAY)
