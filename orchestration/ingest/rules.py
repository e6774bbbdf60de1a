"""The company's rules: read whole, refused in one list if anything is wrong, else copied to where dbt reads them.

The user's folder is only read (docs/decisions/0002). Values are checked by the same SQL as ingested files, what makes
sense among rules by `plan_rules`.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb

from orchestration.ingest.columns import literal, quoted
from orchestration.ingest.contract import SourceContract, TableContract, read_rules_contract, read_source_contract
from orchestration.ingest.files import LandingFile, find_ledger_files, fingerprint, shown, snake_case
from orchestration.ingest.parse import PROBLEM_COLUMNS, UnreadableFile, empty_table, parse_file
from orchestration.ingest.plan_rules import contradictions
from orchestration.problems import Problem, UserError
from orchestration.workspace import Workspace

CHECKSUMS = "sha256.json"
_NOT_RULES = (".md", ".yml", ".yaml")


@dataclass(frozen=True)
class RulesCopy:
    """What was copied. files: sha256 by file name, as in the user's folder. rows: how many by rule table."""

    files: dict[str, str]
    rows: dict[str, int]


def ensure_rules_copy(workspace: Workspace) -> None:
    """Gives dbt a file for each rule table, without rows where none was copied yet, so that it can parse the models."""
    workspace.rules_copy.mkdir(parents=True, exist_ok=True)
    for table in read_rules_contract().tables:
        path = workspace.rules_copy / f"{table.name}.csv"
        if not path.is_file():
            path.write_text(",".join(table.column_names) + "\n", encoding="utf-8")


def read_rules(workspace: Workspace) -> RulesCopy:
    """Checks the workspace's rules and copies them for dbt, or none. Raises UserError with all that is wrong."""
    folder = workspace.rules
    where = shown(workspace.root, folder)
    if not folder.is_dir():
        remedy = "create it and put the rules there (measures.csv, plans.csv, ...), or correct rules in quotaline.toml"
        raise UserError("There are no rules to read.", [Problem(where, "the folder does not exist", remedy)])
    contract = read_rules_contract()
    with duckdb.connect(":memory:", config={"threads": 1}) as connection:  # hundreds of rows
        reading = _Reading(connection, contract, where)
        files, problems = _find_files(folder, contract, where)
        problems += [problem for table in contract.tables for problem in reading.read(table, files.get(table.name))]
        problems += reading.duplicate_keys()
        problems += reading.dangling_references()
        _read_settled_lines(connection, workspace)
        problems += contradictions(connection, where, reading.incomplete)
        if problems:
            problems = sorted(set(problems), key=lambda p: (p.where, p.row or 0, p.column or "", p.reason))
            said = "1 problem" if len(problems) == 1 else f"{len(problems):,} problems"
            raise UserError(f"{said} in the rules; nothing was changed:", problems)
        _copy(connection, contract, workspace.rules_copy, reading.sha256)
        rows = {table.name: _count(connection, table.name) for table in contract.tables}
    return RulesCopy(reading.sha256, rows)


def _find_files(folder: Path, contract: SourceContract, where: str) -> tuple[dict[str, Path], list[Problem]]:
    """The file of each rule table that has one, and a problem for each file that is none."""
    found: dict[str, Path] = {}
    problems: list[Problem] = []
    names = [table.name for table in contract.tables]
    for path in sorted(folder.iterdir()):
        if path.name.startswith((".", "README")) or path.suffix.lower() in _NOT_RULES:
            continue
        name = snake_case(path.stem)
        place = f"{where}/{path.name}"
        if path.is_dir():
            problems.append(Problem(place, "is a folder", f"put its CSV files into {where} itself"))
        elif name not in names:
            near = difflib.get_close_matches(name, names, n=1)
            known = f"rules are {', '.join(f'{one}.csv' for one in names)}"
            problems.append(Problem(place, "is no rule table", f"did you mean {near[0]}.csv?" if near else known))
        elif path.suffix.lower() != ".csv":
            problems.append(Problem(place, "is not CSV", f"save it as {name}.csv"))
        elif name in found:
            problems.append(Problem(place, f"is given twice ({found[name].name})", "keep one of them"))
        else:
            found[name] = path
    return found, problems


class _Reading:
    """The rule tables in a connection, one table each. incomplete: those of which a row or more could not be read."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, contract: SourceContract, where: str) -> None:
        self._connection = connection
        self._contract = contract
        self._where = where
        self.sha256: dict[str, str] = {}
        self.incomplete: set[str] = set()
        columns = ", ".join(f"{name} {data_type}" for name, data_type in PROBLEM_COLUMNS.items())
        connection.execute(f"create table problems ({columns})")

    def read(self, table: TableContract, path: Path | None) -> Iterator[Problem]:
        """Makes the table of the file's good rows; gives what is wrong with the file and with the others."""
        if path is None:
            self._connection.execute(f"create table {table.name} as {empty_table(table)}")
            return
        file = LandingFile(table, path, path.name)
        print_ = fingerprint(file)
        self.sha256[path.name] = print_.sha256
        try:
            query = parse_file(self._connection, file, print_, f"{table.name}_file").good_rows
        except UnreadableFile as error:
            self.incomplete.add(table.name)
            query, cause = empty_table(table), error.cause
            yield Problem(f"{self._where}/{path.name}", cause.reason, cause.remedy, cause.row)
        self._connection.execute(f"create table {table.name} as {query}")
        for column in self._columns(table.name):
            if column not in table.column_names and not column.startswith("_"):
                near = difflib.get_close_matches(column, table.column_names, n=1)
                remedy = f"did you mean {near[0]}?" if near else "remove the column"
                yield Problem(f"{self._where}/{table.name}.csv", "is no column of this table", remedy, 1, column)
        rows = self._connection.execute(
            "select file, row_number, column_name, value, reason, remedy, kind from problems where table_name = ?",
            [table.name],
        ).fetchall()
        missing = set()
        for name, row, column, value, reason, remedy, kind in rows:
            self.incomplete.add(table.name)
            if kind == "missing_column":
                row, value = 1, None
                if column in missing:
                    continue
                missing.add(column)
            yield Problem(f"{self._where}/{name}", reason, remedy, row, column, value)

    def _columns(self, table: str) -> list[str]:
        return [str(row[0]) for row in self._connection.execute(f"describe {table}").fetchall()]

    def duplicate_keys(self) -> Iterator[Problem]:
        """Rows that have the key of an earlier one."""
        for table in self._contract.tables:
            key = ", ".join(quoted(column) for column in table.key)
            shown_key = " || ', ' || ".join(f"coalesce(cast({quoted(column)} as text), '')" for column in table.key)
            rows = self._connection.execute(f"""
                select _row_number, {shown_key}, first_row
                from (select *, min(_row_number) over (partition by {key}) as first_row from {table.name})
                where _row_number > first_row order by _row_number""").fetchall()
            for row, value, first_row in rows:
                remedy = "keep one of them"
                column = ", ".join(table.key)
                yield Problem(
                    f"{self._where}/{table.name}.csv", f"is also in row {first_row}", remedy, row, column, value
                )

    def dangling_references(self) -> Iterator[Problem]:
        """Rows that name a row of another rule table, or of their own, that isn't there."""
        for table in self._contract.tables:
            for column in table.columns:
                target = self._contract.table(column.references or "")
                if target is None or target.name in self.incomplete:
                    continue
                name, key = quoted(column.name), quoted(target.key[0])
                known = [str(row[0]) for row in self._connection.execute(f"select {key} from {target.name}").fetchall()]
                rows = self._connection.execute(f"""
                    select _row_number, {name} from {table.name} as rows
                    where {name} is not null and not exists (
                        select 1 from {target.name} as targets where targets.{key} = rows.{name})
                    order by _row_number""").fetchall()
                for row, value in rows:
                    near = difflib.get_close_matches(str(value), known, n=1)
                    remedy = f"did you mean {near[0]}?" if near else f"add it to {target.name}.csv, or correct it"
                    reason = f"is not in {target.name}.csv"
                    yield Problem(f"{self._where}/{table.name}.csv", reason, remedy, row, column.name, value)


def _read_settled_lines(connection: duckdb.DuckDBPyConnection, workspace: Workspace) -> None:
    """Makes the table `settled_payouts` of the ledger's readable lines; what is wrong with others, ingestion says."""
    ledger = read_source_contract("ledger")
    files = [file for file in find_ledger_files(workspace.ledger, ledger) if file.table.name == "settled_payouts"]
    queries = [empty_table(table) for table in ledger.tables if table.name == "settled_payouts"]
    for place, file in enumerate(files):
        try:
            queries.append(parse_file(connection, file, fingerprint(file), f"ledger_{place}").good_rows)
        except UnreadableFile:
            continue
    connection.execute(f"create table settled_payouts as {' union all by name '.join(f'({q})' for q in queries)}")


def _copy(
    connection: duckdb.DuckDBPyConnection, contract: SourceContract, target: Path, sha256: dict[str, str]
) -> None:
    """Writes each table, every column of the contract in its order; each file is whole at any time."""
    target.mkdir(parents=True, exist_ok=True)
    for table in contract.tables:
        columns = ", ".join(quoted(column) for column in table.column_names)
        new = target / f".{table.name}.new"
        rows = f"select {columns} from {table.name} order by _row_number"
        connection.execute(f"copy ({rows}) to {literal(str(new))} (format csv, header true)")
        new.replace(target / f"{table.name}.csv")
    for old in target.glob("*.csv"):
        if contract.table(old.stem) is None:
            old.unlink()
    (target / CHECKSUMS).write_text(json.dumps(sha256, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    return int(connection.execute(f"select count(*) from {table}").fetchall()[0][0])
