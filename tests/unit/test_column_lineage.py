"""Column lineage, read from compiled SQL: worked out by hand for a model of each shape."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from orchestration.column_lineage import ColumnLineage
from orchestration.workspace import Workspace, WorkspaceSettings

SQL = {
    "stg_deals": "select deal_id, amount, _file as raw_file from w.raw_crm.deals",
    "int_parts": """
        with booked as (select * from "w"."core"."stg_deals"),
        halves as (select deal_id, amount / 2 as half from booked)
        select halves.deal_id, half * rate as paid, 'USD' as currency, upper(booked.raw_file) as raw_file
        from halves inner join booked using (deal_id) inner join w.core.rates on rates.deal_id = halves.deal_id""",
    "fct_pay": "select deal_id, sum(paid) as paid from w.core.int_parts group by deal_id union all select 'x', 0",
    "int_broken": "select from where",
}
PARENTS = {
    "stg_deals": ["source.q.crm.deals"],
    "int_parts": ["model.q.stg_deals", "seed.q.rates"],
    "fct_pay": ["model.q.int_parts"],
    "int_broken": [],
}
DEALS, STAGED, RATES, PARTS = "source.q.crm.deals", "model.q.stg_deals", "seed.q.rates", "model.q.int_parts"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    workspace = Workspace(tmp_path, WorkspaceSettings(version=1, name="Small"))
    write(workspace, SQL)
    return workspace


def write(workspace: Workspace, models: dict[str, str]) -> None:
    folder = workspace.dbt_target / "compiled" / "q" / "models"
    folder.mkdir(parents=True, exist_ok=True)
    for name, sql in models.items():
        (folder / f"{name}.sql").write_text(sql, encoding="utf-8")


def manifest(parents: dict[str, list[str]]) -> dict[str, Any]:
    def node(kind: str, schema: str, name: str, columns: tuple[str, ...] = ()) -> dict[str, Any]:
        path = f"models/{name}.sql"
        named = {"schema": schema, "name": name, "package_name": "q", "original_file_path": path}
        return {"resource_type": kind, "columns": {column: {} for column in columns}, "config": {}, **named}

    models = {
        f"model.q.{name}": node("model", "core", name) | {"depends_on": {"nodes": above}}
        for name, above in parents.items()
    }
    return {
        "nodes": models | {RATES: node("seed", "core", "rates", ("deal_id", "rate"))},
        "sources": {DEALS: node("source", "raw_crm", "deals", ("deal_id", "amount"))},
    }


def lineage(workspace: Workspace, version: str = "1") -> ColumnLineage:
    return ColumnLineage(workspace, manifest(PARENTS), version)


def test_a_column_leads_through_ctes_joins_and_stars_to_the_parents_columns(workspace: Workspace) -> None:
    found = lineage(workspace)
    assert found.of("model.q.int_parts") == {
        "deal_id": [(STAGED, "deal_id")],
        "paid": [(STAGED, "amount"), (RATES, "rate")],
        "currency": [],
        "raw_file": [(STAGED, "raw_file")],
    }
    assert found.of("model.q.fct_pay") == {"deal_id": [(PARTS, "deal_id")], "paid": [(PARTS, "paid")]}


def test_what_ingestion_adds_to_each_row_is_a_column_of_a_source_too(workspace: Workspace) -> None:
    assert lineage(workspace).of(STAGED)["raw_file"] == [(DEALS, "_file")]


def test_sql_that_cannot_be_followed_is_said_and_stops_nothing(workspace: Workspace) -> None:
    found = lineage(workspace)
    assert found.of("model.q.int_broken") == {}
    assert found.unreadable == {"model.q.int_broken"}


def test_what_was_found_is_kept_for_this_version_of_the_project_only(workspace: Workspace) -> None:
    before = lineage(workspace)
    expected = before.of("model.q.fct_pay")
    before.keep()
    write(workspace, {"fct_pay": "select deal_id from w.core.int_parts"})
    assert lineage(workspace).of("model.q.fct_pay") == expected
    assert lineage(workspace, "2").of("model.q.fct_pay") == {"deal_id": [(PARTS, "deal_id")]}


@pytest.mark.timeout(60)
def test_a_model_of_many_steps_is_followed_once_a_step(workspace: Workspace) -> None:
    """Two ways at each of 40 steps are 2 ** 40 paths, each of which sqlglot's own walk would take."""
    steps = ["step_0 as (select deal_id, amount from w.core.stg_deals)"]
    steps += [f"step_{n} as (select deal_id, amount + amount as amount from step_{n - 1})" for n in range(1, 41)]
    write(workspace, {"fct_pay": f"with {', '.join(steps)} select amount from step_40"})
    found = ColumnLineage(workspace, manifest(PARENTS | {"fct_pay": [STAGED]}), "1")
    assert found.of("model.q.fct_pay") == {"amount": [(STAGED, "amount")]}
