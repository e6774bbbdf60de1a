"""A small company's rules as CSV files, to be changed one row at a time."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

from orchestration.ingest.contract import read_rules_contract
from orchestration.ingest.rules import read_rules
from orchestration.problems import Problem, UserError
from orchestration.workspace import Workspace, WorkspaceSettings

Rows = list[dict[str, str]]

SOUND: dict[str, Rows] = {
    "measures": [{"measure_id": "sales"}, {"measure_id": "margin", "value": "margin"}],
    "credit_rules": [
        {"credit_rule_id": "owner", "measure_id": "sales", "credit_source": "owner"},
        {"credit_rule_id": "manager", "measure_id": "sales", "credit_source": "manager", "manager_levels": "2"},
        {"credit_rule_id": "map", "measure_id": "sales", "credit_source": "territory", "alignment": "core"},
    ],
    "territories": [
        {"territory_id": "world", "alignment": "core"},
        {"territory_id": "europe", "alignment": "core", "parent_territory_id": "world"},
    ],
    "plans": [{"plan_id": "p", "currency": "USD"}, {"plan_id": "q", "currency": "USD"}],
    "plan_components": [
        {"component_id": "c", "plan_id": "p", "measure_id": "sales"},
        {"component_id": "by", "plan_id": "p", "measure_id": "margin"},
        {"component_id": "other", "plan_id": "q", "measure_id": "sales"},
    ],
}
"""Two plans: p with the components c and by, q with other. A change replaces or adds rows of these, or whole tables."""


def workspace_with(folder: Path, rules: Mapping[str, Rows]) -> Workspace:
    """A workspace in `folder` that has these rules; its copy for dbt lies in the same folder."""

    class InFolder(Workspace):
        @property
        def rules_copy(self) -> Path:
            return folder / "copy"

    workspace = InFolder(folder, WorkspaceSettings(version=1, name="test"))
    workspace.rules.mkdir(parents=True, exist_ok=True)
    for name, rows in rules.items():
        table = read_rules_contract().table(name)
        assert table
        write_csv(workspace.rules / f"{name}.csv", table.column_names, rows)
    return workspace


def write_csv(path: Path, columns: Sequence[str], rows: Rows) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns, restval="")
        writer.writeheader()
        writer.writerows(rows)


def problems_of(workspace: Workspace) -> tuple[Problem, ...]:
    """What reading the rules complains about; nothing if it doesn't."""
    try:
        read_rules(workspace)
    except UserError as error:
        return error.problems
    return ()
