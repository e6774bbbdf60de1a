"""Companies of one frame in one build of the real pipeline, and their marts held against the oracle's, row by row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import duckdb
import yaml
from case_builds import CompanyOfCases, rows_by_case, write_company
from case_files import Case
from oracle import Company, compute
from pipeline import land, transform

from orchestration.workspace import PROJECT_ROOT, SourceSettings, Workspace, WorkspaceSettings

SCHEMAS = {
    "fct_transactions": "core", "fct_territory_alignments": "credit", "fct_credits": "credit", "fct_quotas": "quota",
    "fct_attainment": "quota", "fct_earnings": "payout", "fct_deal_earnings": "payout", "fct_payouts": "payout",
}  # fmt: skip
# Without reports and without dbt's data tests.
MARTS_ALONE = (
    "--exclude-resource-type", "test", "--select", "+fct_payouts", "+fct_deal_earnings", "+fct_territory_alignments",
)  # fmt: skip
# A hash of ids, which differ by the prefix of the case; what they stand for is compared by the columns beside them.
HASHES = {"credit_id", "payout_line_id"}
# Shown in the marts with more places than they are exact to: F beside a quota of cents, a share of a scaled split, a
# margin rounded before it is shown.
EXACT_PLACES = {"tier_result": 6, "credit_share": 8, "tier_position": 7}

Rows = list[dict[str, Any]]
Comparable = tuple[object, ...]


@dataclass(frozen=True)
class Mart:
    """A mart as built. scales: decimal places by numeric column."""

    scales: Mapping[str, int]
    rows: Mapping[str, Rows]


@dataclass(frozen=True)
class Difference:
    """What one side of a mart has more of than the other."""

    case: Case
    mart: str
    columns: tuple[str, ...]
    only_oracle: tuple[Comparable, ...]
    only_models: tuple[Comparable, ...]

    def __str__(self) -> str:
        """The rows, those of the oracle first."""
        sides = (("oracle", self.only_oracle), ("models", self.only_models))
        lines = [
            f"  {side}: " + ", ".join(f"{name} {value}" for name, value in zip(self.columns, row, strict=True))
            for side, rows in sides
            for row in rows[:4]
        ]
        return "\n".join([f"{self.case.id}, {self.mart}:", *lines])


def build(cases: Sequence[Case], root: Path, extra: Sequence[str] = ()) -> Path:
    """Builds them in one workspace, as `quotaline run` would; gives the warehouse. extra: arguments of dbt."""
    workspace = workspace_of(cases, root)
    workspace.warehouse.unlink(missing_ok=True)
    write_company(CompanyOfCases(tuple(cases)), root / "landing", workspace.rules, workspace.ledger)
    land(workspace)
    transform(workspace, extra)
    return workspace.warehouse


def build_again_on_one_thread(cases: Sequence[Case], root: Path) -> Path:
    """A second run over what the first left there, its models one after another, each on one thread."""
    workspace = workspace_of(cases, root)
    profiles = yaml.safe_load((PROJECT_ROOT / "profiles.yml").read_text(encoding="utf-8"))
    output = profiles["quotaline"]["outputs"]["duckdb"]
    output |= {"threads": 1, "settings": {"threads": 1}}
    (root / "profiles.yml").write_text(yaml.safe_dump(profiles), encoding="utf-8")
    transform(workspace, MARTS_ALONE, root)
    return workspace.warehouse


def workspace_of(cases: Sequence[Case], root: Path) -> Workspace:
    """The workspace of these cases."""
    settings = WorkspaceSettings(
        version=1,
        name="companies",
        as_of=cases[0].as_of,
        fiscal_year_start_month=cases[0].fiscal_year_start_month,
        sources={"canonical": SourceSettings(path="landing")},
    )
    return Workspace(root, settings)


def read_marts(warehouse: Path, cases: Sequence[Case]) -> dict[str, Mart]:
    """Every mart, its rows by case."""
    company = CompanyOfCases(tuple(cases))
    marts = {}
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        for mart, schema in SCHEMAS.items():
            cursor = connection.execute(f"select * from {schema}.{mart}")
            described = cursor.description or []
            names = [str(column[0]) for column in described]
            scales = {str(column[0]): _scale(str(column[1])) for column in described}
            rows = rows_by_case(company, (dict(zip(names, row, strict=True)) for row in cursor.fetchall()))
            marts[mart] = Mart({name: scale for name, scale in scales.items() if scale is not None}, rows)
    return marts


def _scale(data_type: str) -> int | None:
    return int(data_type.rstrip(")").split(",")[1]) if data_type.startswith("DECIMAL") else None


def differences(case: Case, marts: Mapping[str, Mart]) -> list[Difference]:
    """Mart by mart in the order of the calculation, what the oracle and the models don't agree on."""
    found = []
    for name, expected in oracle_marts(case).items():
        mart = marts[name]
        actual = mart.rows[case.id]
        columns = tuple(column for column in (expected or actual or [{}])[0] if actual == [] or column in actual[0])
        wanted = Counter(_comparable(row, columns, mart.scales) for row in expected)
        got = Counter(_comparable(row, columns, mart.scales) for row in actual)
        if wanted != got:
            only_oracle = tuple(sorted((wanted - got).elements(), key=str))
            only_models = tuple(sorted((got - wanted).elements(), key=str))
            found.append(Difference(case, name, columns, only_oracle, only_models))
    return found


def oracle_marts(case: Case) -> dict[str, Rows]:
    """The marts that are compared, as the oracle has them."""
    marts = compute(Company(case.given, case.fiscal_year_start_month, case.as_of))
    return {name: [dict(row) for row in marts[name]] for name in SCHEMAS}


def row_count(marts: Mapping[str, Mart], cases: Iterable[Case]) -> int:
    """How many rows of these cases were there to compare."""
    return sum(len(mart.rows[case.id]) for case in cases for mart in marts.values())


def _comparable(row: Mapping[str, Any], columns: Sequence[str], scales: Mapping[str, int]) -> Comparable:
    """Values as the mart holds them: numbers at the scale of their column, half away from zero; no hashes."""
    return tuple(
        row[name] is None if name in HASHES else _at_scale(name, row[name], scales.get(name)) for name in columns
    )


def _at_scale(column: str, value: object, scale: int | None) -> object:
    if isinstance(value, bool) or not isinstance(value, int | Decimal | Fraction):
        return value
    number = _rounded(Fraction(value), scale or 0)
    return _rounded(Fraction(number), EXACT_PLACES[column]) if column in EXACT_PLACES else number


def _rounded(number: Fraction, scale: int) -> Decimal:
    """Half away from zero."""
    scaled: Fraction = abs(number) * 10**scale
    units = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return Decimal(units if number >= 0 else -units).scaleb(-scale)
