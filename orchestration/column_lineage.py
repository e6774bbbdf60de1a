"""Which columns a model's columns are made of, for Dagster's UI: read from the SQL that dbt compiled.

dagster-dbt can do this too (`fetch_column_metadata`), but on DuckDB it holds back every event until dbt has ended and
parses a model again for each of its columns. Here each model is parsed once in each version of the project: what was
found is kept beside dbt's manifest.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestration import builds
from orchestration.ingest.load import RAW_COLUMNS
from orchestration.workspace import Workspace

if TYPE_CHECKING:
    from sqlglot.lineage import Node

Parents = dict[str, list[tuple[str, str]]]


class ColumnLineage:
    """Of the models of one version of the project. unreadable: models whose SQL could not be followed."""

    def __init__(self, workspace: Workspace, manifest: Mapping[str, Any], project_version: str) -> None:
        self._compiled = workspace.dbt_target / "compiled"
        self._kept = workspace.dbt_target / "column_lineage.json"
        self._version = project_version
        self._nodes: dict[str, Any] = {**manifest["nodes"], **manifest["sources"]}
        self._found: dict[str, Parents] = self._read()
        self._known = len(self._found)
        self.unreadable: set[str] = set()

    def of(self, model: str) -> Parents:
        """By column of a model, the columns of its parents that it is made of: their unique id and name.

        dbt must have compiled the model. A column made of none, as a constant, has an empty list.
        """
        if model not in self._found and model not in self.unreadable:
            try:
                self._found[model] = self._follow(model)
            except Exception:  # SQL that sqlglot doesn't read; the build doesn't depend on it
                self.unreadable.add(model)
        return self._found.get(model, {})

    def keep(self) -> None:
        """Writes down what was found, for the next builds of this version of the project."""
        if len(self._found) > self._known:
            builds.replace_text(self._kept, json.dumps({"version": self._version, "models": self._found}))

    def _read(self) -> dict[str, Parents]:
        if not self._kept.is_file():
            return {}
        kept = json.loads(self._kept.read_bytes())
        if kept["version"] != self._version:
            return {}
        return {
            model: {column: [(parent, name) for parent, name in parents] for column, parents in columns.items()}
            for model, columns in kept["models"].items()
        }

    def _follow(self, model: str) -> Parents:
        from sqlglot import exp, parse_one
        from sqlglot.lineage import lineage

        node = self._nodes[model]
        query = parse_one(self._sql(node), dialect="duckdb")
        parents = {_relation(self._nodes[one]): one for one in node["depends_on"]["nodes"] if one in self._nodes}
        schema: dict[str, dict[str, dict[str, str]]] = {}
        for (namespace, name), parent in parents.items():
            if columns := self._columns_of(parent):
                schema.setdefault(namespace, {})[name] = dict.fromkeys(columns, "text")
        found: Parents = {}
        traced = lineage(None, query, schema, dialect="duckdb", trim_selects=False, copy=False)
        for column, root in traced.items():
            leaves = {
                (parents.get((leaf.expression.db, leaf.expression.name)), exp.to_column(leaf.name).name)
                for leaf in _leaves(root)
                if isinstance(leaf.expression, exp.Table)
            }
            found[column] = sorted((parent, name) for parent, name in leaves if parent is not None)
        return found

    def _sql(self, node: Mapping[str, Any]) -> str:
        path: Path = self._compiled / node["package_name"] / node["original_file_path"]
        return path.read_text(encoding="utf-8")

    def _columns_of(self, parent: str) -> list[str]:
        """The columns that a query on a parent can name; a source's and a seed's as declared."""
        node = self._nodes[parent]
        if node["resource_type"] == "model":
            return list(self.of(parent))
        if node["resource_type"] == "source":
            return [*node["columns"], *RAW_COLUMNS]
        return list(node["columns"]) or list(node["config"].get("column_types") or ())


def _leaves(root: Node) -> Iterator[Node]:
    """What a column is made of in the end. Each step is taken once: sqlglot's own walk takes every path to it, which
    never ends in models of many steps."""
    seen, open_nodes = {id(root)}, [root]
    while open_nodes:
        node = open_nodes.pop()
        if not node.downstream:
            yield node
        for below in node.downstream:
            if id(below) not in seen:
                seen.add(id(below))
                open_nodes.append(below)


def _relation(node: Mapping[str, Any]) -> tuple[str, str]:
    return node["schema"], node.get("identifier") or node.get("alias") or node["name"]
