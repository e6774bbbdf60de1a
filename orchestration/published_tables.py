"""The tables that are published (dim_, fct_, rpt_), as dbt's manifest describes them; nothing here is typed by hand."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from orchestration.problems import Problem, UserError
from orchestration.workspace import Workspace

PUBLIC = ("dim_", "fct_", "rpt_")
PERIOD_COLUMNS = ("period_id", "pay_period_id")


@dataclass(frozen=True)
class PublishedColumn:
    """A column of the contract. description: what it means, its formula, and whether it adds up. is_required: dbt says
    that it is never null.

    personal: what of a person it holds (docs/decisions/0018); None: dbt says nothing of that.
    """

    name: str
    description: str
    is_required: bool
    personal: str | None = None


@dataclass(frozen=True)
class PublishedTable:
    """A table of the contract. stage: its schema in the warehouse. grain: the columns that identify a row.

    access: who reads it where people log in themselves (docs/postgresql.md): worker, everyone or finance.
    """

    name: str
    stage: str
    description: str
    columns: tuple[PublishedColumn, ...]
    grain: tuple[str, ...]
    access: str = "finance"

    @property
    def in_warehouse(self) -> str:
        return f"{self.stage}.{self.name}"

    @property
    def in_publication(self) -> str:
        return f"{'reporting' if self.name.startswith('rpt_') else 'marts'}.{self.name}"

    @property
    def period_column(self) -> str | None:
        """The month by which its Parquet is laid out: facts have one, dimensions don't."""
        required = {column.name for column in self.columns if column.is_required}
        facts = not self.name.startswith("dim_")
        return next((name for name in PERIOD_COLUMNS if facts and name in required), None)


def read_manifest(workspace: Workspace) -> dict[str, Any]:
    """dbt's manifest of this workspace. Raises UserError if dbt has not made it yet."""
    path = workspace.dbt_target / "manifest.json"
    if not path.is_file():
        raise UserError("dbt has not read the project yet.", [Problem(str(path), "is missing", "run: quotaline run")])
    manifest: dict[str, Any] = json.loads(path.read_bytes())
    return manifest


def published_tables(manifest: dict[str, Any]) -> tuple[PublishedTable, ...]:
    """Every public table, by name."""
    nodes = manifest["nodes"].values()
    never_null = {
        (node.get("attached_node"), node.get("column_name"))
        for node in nodes
        if node["resource_type"] == "test" and (node.get("test_metadata") or {}).get("name") == "not_null"
    }
    tables = [
        PublishedTable(
            node["name"],
            node["schema"],
            node["description"].strip(),
            tuple(
                PublishedColumn(
                    column["name"],
                    described(column),
                    (unique_id, column["name"]) in never_null
                    or any(rule["type"] == "not_null" for rule in column.get("constraints") or []),
                    (column.get("config") or {}).get("meta", {}).get("personal"),
                )
                for column in node["columns"].values()
            ),
            tuple(node["config"]["meta"].get("grain", ())),
            node["config"]["meta"].get("access", "finance"),
        )
        for unique_id, node in manifest["nodes"].items()
        if node["resource_type"] == "model" and node["name"].startswith(PUBLIC)
    ]
    return tuple(sorted(tables, key=lambda table: table.name))


def described(column: dict[str, Any]) -> str:
    """A column's text for analysts: its description, and in words what dbt declares of it (`meta`): the formula, or the
    column where that stands (same_as), and whether it adds up (additive: true, false, or within or over what)."""
    meta = (column.get("config") or {}).get("meta", {})
    additive = meta.get("additive")
    sums = {None: "", True: "Adds up.", False: "Does not add up."}
    sentences = [
        column["description"].strip(),
        f"Formula: {meta['formula']}." if "formula" in meta else "",
        f"The same as {meta['same_as']}." if "same_as" in meta else "",
        f"Adds up {additive}." if isinstance(additive, str) else sums[additive],
    ]
    return " ".join(filter(None, sentences))
