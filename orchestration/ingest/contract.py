"""The input contract, read from dbt's own YAML: the tables and columns of a source, their types, keys and rules.

One source of truth: what `models/staging/<source>/_<source>__sources.yml` says is what ingestion parses by, what dbt
documents, and what `models/staging/rules/_rules__seeds.yml` says is what the rules are checked by.
"""

from __future__ import annotations

import difflib
import functools
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from orchestration.problems import Problem, UserError
from orchestration.workspace import PROJECT_ROOT

MODELS = PROJECT_ROOT / "models"
OWN_TABLES = ("current_files", "loaded_files", "quarantined_rows")
"""Tables that ingestion itself writes beside the delivered ones; a source's YAML may describe them for dbt."""

_TYPE = re.compile(r"text|date|timestamp|boolean|integer|bigint|decimal\((\d+), ?(\d+)\)")
_TABLE_META = {"key", "valid", "may_overlap", "only_latest", "trend"}
_COLUMN_META = {"required", "accepted", "references", "format"}


@dataclass(frozen=True)
class ColumnContract:
    """One column. accepted: the only values allowed (empty: any). references: the table whose key its values name.
    format: `period` for FY2026, FY2026-Q1 or FY2026-M01."""

    name: str
    data_type: str
    description: str = ""
    required: bool = False
    accepted: tuple[str, ...] = ()
    references: str | None = None
    format: str | None = None

    @property
    def decimals(self) -> tuple[int, int] | None:
        """Precision and scale of a decimal column, None for any other."""
        match = _TYPE.fullmatch(self.data_type)
        return (int(match[1]), int(match[2])) if match and match[1] else None


@dataclass(frozen=True)
class TableContract:
    """One table. key: the columns that identify a row. valid: the two columns [from, to) of effective-dated rows, which
    overlap within the rest of the key only where may_overlap. only_latest: of the ledger's months, the last one's
    rows count. trend: of a table of events, the columns of date and amount, and of currency where it has one, by which
    the gate compares a month with those before it."""

    name: str
    columns: tuple[ColumnContract, ...]
    key: tuple[str, ...]
    valid: tuple[str, str] | None = None
    description: str = ""
    may_overlap: bool = False
    only_latest: bool = False
    trend: tuple[str, ...] = ()

    @property
    def column_names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    @property
    def hash(self) -> str:
        """Changes exactly when a file parsed by this contract could come out differently."""
        parsing = [[c.name, c.data_type, c.required, list(c.accepted), c.format] for c in self.columns]
        text = json.dumps([self.name, parsing, list(self.key), self.valid])
        return hashlib.sha256(text.encode()).hexdigest()[:16]


@dataclass(frozen=True)
class SourceContract:
    """All tables of one source. schema: where they live in the warehouse."""

    name: str
    schema: str
    tables: tuple[TableContract, ...]

    def table(self, name: str) -> TableContract | None:
        """The table of that name, None if the contract has none."""
        return next((table for table in self.tables if table.name == name), None)


@functools.cache
def read_source_contract(source: str, models: Path = MODELS) -> SourceContract:
    """The contract of one source. Raises UserError if the source is unknown or its YAML is no contract."""
    path = models / "staging" / source / f"_{source}__sources.yml"
    if not path.is_file():
        known = sorted(found.parent.name for found in models.glob("staging/*/_*__sources.yml"))
        near = difflib.get_close_matches(source, known, n=1)
        remedy = f"did you mean {near[0]}?" if near else f"known sources: {', '.join(known)}"
        raise UserError(
            f"There is no source {source}.", [Problem(f"models/staging/{source}/{path.name}", "does not exist", remedy)]
        )
    document = _load(path)
    schema = f"raw_{source}"
    described = next((entry for entry in document.get("sources", []) if entry.get("name") == schema), None)
    if described is None:
        raise UserError(
            f"{path.name} is no contract.", [Problem(path.name, f"describes no source {schema}", f"name it {schema}")]
        )
    tables = [entry for entry in described.get("tables", []) if entry.get("name") not in OWN_TABLES]
    return SourceContract(source, schema, _tables(path.name, tables))


@functools.cache
def read_rules_contract(models: Path = MODELS) -> SourceContract:
    """The contract of the rules, which are dbt seeds. Raises UserError if its YAML is no contract."""
    path = models / "staging" / "rules" / "_rules__seeds.yml"
    return SourceContract("rules", "rules", _tables(path.name, _load(path).get("seeds", [])))


def _load(path: Path) -> Mapping[str, Any]:
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise UserError(f"{path.name} is not YAML: {error}") from None
    if not isinstance(document, dict):
        raise UserError(f"{path.name} is empty.")
    return document


def _tables(where: str, entries: list[Mapping[str, Any]]) -> tuple[TableContract, ...]:
    problems: list[Problem] = []
    tables = tuple(_table(where, entry, problems) for entry in entries)
    if problems:
        raise UserError(f"{where} is no contract:", problems)
    return tables


def _table(where: str, entry: Mapping[str, Any], problems: list[Problem]) -> TableContract:
    name = str(entry["name"])
    meta = _meta(f"{where}, {name}", entry, _TABLE_META, problems)
    columns = tuple(_column(f"{where}, {name}", column, problems) for column in entry.get("columns", []))
    names = {column.name for column in columns}
    key = tuple(meta.get("key", ()))
    valid = tuple(meta.get("valid", ()))
    trend = tuple(meta.get("trend", ()))
    unknown = [column for column in (*key, *valid, *trend) if column not in names]
    if unknown:
        remedy = "correct meta.key, meta.valid or meta.trend"
        problems.append(Problem(f"{where}, {name}", f"has no column {unknown[0]}", remedy))
    if not key:
        problems.append(Problem(f"{where}, {name}", "has no meta.key", "say which columns identify a row"))
    if len(trend) not in (0, 2, 3):
        remedy = "write [date, amount] or [date, amount, currency]"
        problems.append(Problem(f"{where}, {name}", "meta.trend is not two or three columns", remedy))
    if len(valid) not in (0, 2):
        problems.append(Problem(f"{where}, {name}", "meta.valid is not two columns", "write [from, to]"))
    dates = (valid[0], valid[1]) if len(valid) == 2 else None
    may_overlap, only_latest = bool(meta.get("may_overlap")), bool(meta.get("only_latest"))
    return TableContract(name, columns, key, dates, str(entry.get("description", "")), may_overlap, only_latest, trend)


def _column(where: str, entry: Mapping[str, Any], problems: list[Problem]) -> ColumnContract:
    name = str(entry["name"])
    data_type = str(entry.get("data_type", "")).lower()
    if not _TYPE.fullmatch(data_type):
        remedy = "use text, date, timestamp, boolean, integer, bigint or decimal(p,s)"
        problems.append(Problem(where, "is no type of the contract", remedy, column=name, value=data_type))
    meta = _meta(where, entry, _COLUMN_META, problems)
    if meta.get("format") not in (None, "period"):
        problems.append(Problem(where, "is no format", "use period", column=name, value=str(meta["format"])))
    return ColumnContract(
        name,
        data_type.replace(" ", ""),
        str(entry.get("description", "")),
        required=bool(meta.get("required", False)),
        accepted=tuple(str(value) for value in meta.get("accepted", ())),
        references=meta.get("references"),
        format=meta.get("format"),
    )


def _meta(where: str, entry: Mapping[str, Any], known: set[str], problems: list[Problem]) -> Mapping[str, Any]:
    meta: Mapping[str, Any] = (entry.get("config") or {}).get("meta") or {}
    for key in sorted(set(meta) - known):
        near = difflib.get_close_matches(key, known, n=1)
        remedy = f"did you mean {near[0]}?" if near else "remove it"
        problems.append(Problem(where, f"meta.{key}: unknown key", remedy, column=str(entry["name"])))
    return meta
