"""Reading the rules folder: what is copied for dbt, and what is refused before anything is."""

from __future__ import annotations

import csv
import hashlib
import json
from pathlib import Path

import pytest
from case_builds import companies, write_company
from case_files import read_cases
from rule_files import SOUND, problems_of, workspace_with

from orchestration.ingest.contract import read_rules_contract
from orchestration.ingest.rules import CHECKSUMS, ensure_rules_copy, read_rules
from orchestration.problems import UserError
from orchestration.workspace import PROJECT_ROOT, Workspace, WorkspaceSettings


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def said_of(workspace: Workspace) -> list[str]:
    return [str(problem) for problem in problems_of(workspace)]


def test_the_copy_has_every_table_with_the_contracts_columns_in_order(tmp_path: Path) -> None:
    workspace = workspace_with(tmp_path, SOUND)
    (workspace.rules / "plans.csv").write_text("currency,plan_id\nEUR,007\nUSD,p\nUSD,q\n")
    (workspace.rules / "plan_components.csv").write_text(
        'component_id,plan_id,measure_id,component_name,cap_amount\nc,p,sales,"New, large ""logo""",5\n'
        "by,p,margin,NA,\nother,q,sales,null,\nlast,007,sales,,\n"
    )
    copied = read_rules(workspace)
    for table in read_rules_contract().tables:
        header = (workspace.rules_copy / f"{table.name}.csv").read_text().splitlines()[0]
        assert header == ",".join(table.column_names)
    plans = rows_of(workspace.rules_copy / "plans.csv")
    assert [(row["plan_id"], row["currency"], row["plan_name"]) for row in plans] == [
        ("007", "EUR", ""),
        ("p", "USD", ""),
        ("q", "USD", ""),
    ]
    components = rows_of(workspace.rules_copy / "plan_components.csv")
    assert [row["component_name"] for row in components] == ['New, large "logo"', "NA", "null", ""]
    assert [row["cap_amount"] for row in components] == ["5.00", "", "", ""]
    assert copied.rows["plans"] == 3
    assert copied.rows["fx_rates"] == 0


def test_the_copy_comes_with_the_sha256_of_the_users_files(tmp_path: Path) -> None:
    workspace = workspace_with(tmp_path, SOUND)
    copied = read_rules(workspace)
    sha256 = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in workspace.rules.iterdir()}
    assert copied.files == sha256
    assert json.loads((workspace.rules_copy / CHECKSUMS).read_text()) == sha256


def test_the_users_folder_is_never_written_to(tmp_path: Path) -> None:
    workspace = workspace_with(tmp_path, SOUND)
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in workspace.rules.rglob("*")}
    read_rules(workspace)
    ensure_rules_copy(workspace)
    assert before == {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in workspace.rules.rglob("*")}


def test_a_file_that_is_gone_has_no_rows_in_the_next_copy(tmp_path: Path) -> None:
    workspace = workspace_with(tmp_path, SOUND | {"ramp_schedules": [_ramp("1")]})
    assert read_rules(workspace).rows["ramp_schedules"] == 1
    (workspace.rules / "ramp_schedules.csv").unlink()
    assert read_rules(workspace).rows["ramp_schedules"] == 0
    assert rows_of(workspace.rules_copy / "ramp_schedules.csv") == []


def test_refused_rules_leave_the_last_copy_as_it_was(tmp_path: Path) -> None:
    workspace = workspace_with(tmp_path, SOUND)
    read_rules(workspace)
    before = {path.name: path.read_bytes() for path in workspace.rules_copy.iterdir()}
    (workspace.rules / "plans.csv").write_text("plan_id,currency\np,EUR\nq,EUR\nnone,EUR\n")
    with pytest.raises(UserError, match="1 problem in the rules; nothing was changed:"):
        read_rules(workspace)
    assert before == {path.name: path.read_bytes() for path in workspace.rules_copy.iterdir()}


def test_ensure_makes_empty_tables_and_keeps_copied_ones(tmp_path: Path) -> None:
    workspace = workspace_with(tmp_path, SOUND)
    ensure_rules_copy(workspace)
    assert rows_of(workspace.rules_copy / "plans.csv") == []
    read_rules(workspace)
    ensure_rules_copy(workspace)
    assert len(rows_of(workspace.rules_copy / "plans.csv")) == 2
    assert len(list(workspace.rules_copy.glob("*.csv"))) == 14


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        (
            "plan_component.csv",
            "component_id\n",
            "seeds/plan_component.csv: is no rule table; did you mean plan_components.csv?",
        ),
        (
            "bonus_points.csv",
            "a\n1\n",
            "seeds/bonus_points.csv: is no rule table; rules are measures.csv, reversal_sch",
        ),
        ("plans.xlsx", "PK", "seeds/plans.xlsx: is not CSV; save it as plans.csv"),
        ("Plans.csv", "plan_id\np\n", "seeds/plans.csv: is given twice (Plans.csv); keep one of them"),
        ("old/plans.csv", "plan_id\np\n", "seeds/old: is a folder; put its CSV files into seeds itself"),
        ("fx_rates.csv", "", "seeds/fx_rates.csv: is empty; deliver it with its rows, or remove it"),
        (
            "fx_rates.csv",
            "period;from_currency;to_currency;rate\nFY2026-M01;EUR;USD;1,1\n",
            "seeds/fx_rates.csv, row 1: has its columns separated by semicolons; save it with commas between columns",
        ),
        (
            "fx_rates.csv",
            "period,from_currency,to_currency\nFY2026-M01,EUR,USD\n",
            "seeds/fx_rates.csv, row 1, rate: is missing; add the column",
        ),
        (
            "ramp_schedules.csv",
            "plan_id,tenure_month,quota_share,qouta_share\np,1,1,0.5\n",
            "seeds/ramp_schedules.csv, row 1, qouta_share: is no column of this table; did you mean quota_share?",
        ),
        (
            "fx_rates.csv",
            'period,from_currency,to_currency,rate\nFY2026-M01,EUR,USD,"1,10"\n',
            'seeds/fx_rates.csv, row 2, rate: "1,10" is not a number; write 1.10',
        ),
        (
            "fx_rates.csv",
            "period,from_currency,to_currency,rate\nFY2026-M01,EUR,USD,1.123456789\n",
            'seeds/fx_rates.csv, row 2, rate: "1.123456789" has more than 8 decimals; give it with at most 8 decimals',
        ),
        (
            "fx_rates.csv",
            "period,from_currency,to_currency,rate\nFY26-01,EUR,USD,1.1\n",
            'seeds/fx_rates.csv, row 2, period: "FY26-01" is not a period; write a month as FY2026-M01',
        ),
        (
            "ramp_schedules.csv",
            "plan_id,tenure_month,quota_share\np,1,\n",
            "seeds/ramp_schedules.csv, row 2, quota_share: is empty; fill it in",
        ),
        (
            "plans.csv",
            "plan_id,currency,quota_proration\np,USD,days\nq,USD,None\n",
            'seeds/plans.csv, row 3, quota_proration: "None" is not a known value; write none',
        ),
        (
            "ramp_schedules.csv",
            "plan_id,tenure_month,quota_share\np,1,0.5\nq,1,0.5\np,1,0.7\n",
            'seeds/ramp_schedules.csv, row 4, plan_id, tenure_month: "p, 1" is also in row 2; keep one of them',
        ),
        (
            "rate_tiers.csv",
            "component_id,tier_from,rate\nc,0,0.1\nc,0.0,0.2\n",
            'seeds/rate_tiers.csv, row 3, component_id, tier_from, cross_from: "c, 0.00000000, " is also in row 2',
        ),
        (
            "fx_rates.csv",
            "period,from_currency,to_currency,rate\nFY2026-M01,EUR,USD,1.1\nFY2026-M01,EUR,USD,1.2\n",
            '"FY2026-M01, EUR, USD" is also in row 2; keep one of them',
        ),
        (
            "ramp_schedules.csv",
            "plan_id,tenure_month,quota_share\nplan,1,0.5\n",
            'seeds/ramp_schedules.csv, row 2, plan_id: "plan" is not in plans.csv; add it to plans.csv, or correct it',
        ),
        (
            "quota_seasonality.csv",
            "measure_id,month_of_year,share\nsale,1,1\n",
            'seeds/quota_seasonality.csv, row 2, measure_id: "sale" is not in measures.csv; did you mean sales?',
        ),
        (
            "component_modifiers.csv",
            "component_id,by_component_id,tier_from,multiplier\nc,bye,0,1\n",
            'row 2, by_component_id: "bye" is not in plan_components.csv; did you mean by?',
        ),
    ],
)
def test_files_and_values_are_refused(tmp_path: Path, name: str, text: str, said: str) -> None:
    workspace = workspace_with(tmp_path, SOUND)
    path = workspace.rules / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    found = said_of(workspace)
    assert any(said in problem for problem in found), found


def test_another_encoding_is_refused_with_its_row(tmp_path: Path) -> None:
    workspace = workspace_with(tmp_path, SOUND)
    (workspace.rules / "territories.csv").write_bytes(
        "territory_id,alignment\nworld,core\nköln,core\n".encode("latin-1")
    )
    assert said_of(workspace) == [
        "seeds/territories.csv, row 3: is not UTF-8: byte 0xF6 is no character;"
        ' save it as UTF-8 (in Excel: "CSV UTF-8")'
    ]


def test_a_row_that_cannot_be_read_brings_no_other_complaint(tmp_path: Path) -> None:
    """Neither that the plan has no component, nor that the tiers name none: both follow from the one mistake."""
    workspace = workspace_with(
        tmp_path, SOUND | {"rate_tiers": [{"component_id": "other", "tier_from": "0", "rate": "1"}]}
    )
    path = workspace.rules / "plan_components.csv"
    path.write_text(path.read_text().replace("other,q,,,sales", "other,q,,deal,sales"))
    assert said_of(workspace) == [
        'seeds/plan_components.csv, row 4, component_source: "deal" is not a known value; use credit or objective'
    ]


def test_problems_of_all_files_are_told_in_one_list(tmp_path: Path) -> None:
    workspace = workspace_with(tmp_path, SOUND | {"ramp_schedules": [_ramp("first")], "fx_rates": []})
    (workspace.rules / "fx_rates.csv").write_text("period,from_currency,to_currency,rate\nFY2026-M01,EUR,USD,x\n")
    (workspace.rules / "plan.csv").write_text("plan_id\n")
    with pytest.raises(UserError) as caught:
        read_rules(workspace)
    assert str(caught.value).splitlines() == [
        "3 problems in the rules; nothing was changed:",
        '  seeds/fx_rates.csv, row 2, rate: "x" is not a number; write digits with a decimal point, such as 12000.50',
        "  seeds/plan.csv: is no rule table; did you mean plans.csv?",
        '  seeds/ramp_schedules.csv, row 2, tenure_month: "first" is not a number;'
        " write digits with a decimal point, such as 12000.50",
    ]


def test_a_workspace_without_a_rules_folder_is_told_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"seeds: the folder does not exist; create it and put the rules there"):
        read_rules(Workspace(tmp_path, WorkspaceSettings(version=1, name="test")))


def test_notes_beside_the_rules_are_no_rules(tmp_path: Path) -> None:
    workspace = workspace_with(tmp_path, SOUND)
    for name in ("README.md", "_seeds.yml", ".DS_Store"):
        (workspace.rules / name).write_text("words")
    assert problems_of(workspace) == ()


@pytest.mark.parametrize("folder", ["orchestration/templates/adventureworks/seeds", "seeds"])
def test_the_rules_that_come_with_quotaline_are_accepted(tmp_path: Path, folder: str) -> None:
    workspace = workspace_with(tmp_path, {})
    for path in (PROJECT_ROOT / folder).glob("*.csv"):
        (workspace.rules / path.name).write_bytes(path.read_bytes())
    assert said_of(workspace) == []


def test_the_rules_of_all_cases_are_accepted(tmp_path: Path) -> None:
    for place, company in enumerate(companies(read_cases(PROJECT_ROOT / "tests" / "cases"))):
        workspace = workspace_with(tmp_path / str(place), {})
        write_company(company, workspace.root / "landing", workspace.rules, workspace.ledger)
        assert said_of(workspace) == []


def _ramp(tenure_month: str) -> dict[str, str]:
    return {"plan_id": "p", "tenure_month": tenure_month, "quota_share": "0.5"}
