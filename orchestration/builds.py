"""Builds and their records: what was built from what, and what the gate said of it.

A build is one Dagster run. Its id stands in the warehouse (table `quotaline.build`, written when dbt starts) and names
the folder of its gate record, so that a verdict can never be taken for another build's (docs/decisions/0005).
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Literal

import duckdb
from pydantic import BaseModel, ConfigDict, ValidationError

from orchestration.problems import Problem, UserError
from orchestration.revision import code_revision
from orchestration.workspace import Workspace

Layer = Literal["raw", "dbt", "marts"]
LAYERS: tuple[Layer, ...] = ("raw", "dbt", "marts")


class Record(BaseModel):
    """Base of what is kept on disk: unknown keys are refused, nothing changes after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Build(Record):
    """What a build was made from. load_ids: `schema:dlt load id` of every load whose files are current."""

    build_id: str
    code_revision: str
    as_of: date
    started_at: datetime
    load_ids: tuple[str, ...]
    rules_sha256: str


class Waiver(Record):
    """Who lets a check fail, why, and until which day."""

    by: str
    reason: str
    until: date


Verdict = Literal["passed", "warned", "waived", "failed"]


class CheckResult(Record):
    """What became of one check. failing_rows: keys of some of the rows that broke it, never amounts or names;
    failing_values: of the same rows, what was found in them, for the owner's eyes. severity, waiver: as the workspace
    had them when the check ran."""

    name: str
    table: str
    passed: bool
    unexpected_count: int = 0
    failing_rows: tuple[dict[str, Any], ...] = ()
    failing_values: tuple[dict[str, Any], ...] = ()
    severity: Literal["warn", "block"] = "block"
    waiver: Waiver | None = None

    @property
    def verdict(self) -> Verdict:
        if self.passed:
            return "passed"
        if self.severity == "warn":
            return "warned"
        return "waived" if self.waiver else "failed"


class LayerRecord(Record):
    """The checks of one layer. load_ids: the loads that the raw gate saw. warehouse: size and time of change of the
    file that the marts gate saw; whatever writes to it afterwards has not been through the gate."""

    finished_at: datetime
    checks: tuple[CheckResult, ...]
    load_ids: tuple[str, ...] = ()
    warehouse: tuple[int, int] | None = None

    @property
    def failed(self) -> tuple[CheckResult, ...]:
        """The checks that stop the build."""
        return tuple(check for check in self.checks if check.verdict == "failed")

    @property
    def warned(self) -> tuple[CheckResult, ...]:
        """The checks that did not hold and yet let the build go on, as a warning or by a waiver."""
        return tuple(check for check in self.checks if check.verdict in ("warned", "waived"))


class GateRecord(Record):
    """What the gate said of one build, layer by layer."""

    build_id: str
    layers: dict[Layer, LayerRecord] = {}


def build_id(started_at: datetime, run_id: str) -> str:
    """`20261125T051530Z-1a2b3c4d`: when the run was made, and the start of its id."""
    return f"{started_at.astimezone(UTC):%Y%m%dT%H%M%SZ}-{run_id[:8]}"


def of_run(instance: Any, run_id: str) -> str:
    """The build id of a Dagster run, the same in each of its steps."""
    return build_id(instance.get_run_record_by_id(run_id).create_timestamp, run_id)


def start(workspace: Workspace, build: str) -> Build:
    """Writes into the warehouse which build it is about to hold."""
    with connect(workspace) as warehouse:
        started = Build(
            build_id=build,
            code_revision=code_revision(),
            as_of=workspace.as_of,
            started_at=datetime.now(UTC),
            load_ids=current_loads(warehouse),
            rules_sha256=folder_sha256(workspace.rules_copy),
        )
        warehouse.execute("create schema if not exists quotaline")
        warehouse.execute(
            """
            create or replace table quotaline.build as
            select $1::text as build_id, $2::text as code_revision, $3::date as as_of, $4::timestamp as started_at,
                $5::text[] as load_ids, $6::text as rules_sha256
            """,
            [started.build_id, started.code_revision, started.as_of, started.started_at.replace(tzinfo=None),
             list(started.load_ids), started.rules_sha256],
        )  # fmt: skip
    return started


def in_warehouse(warehouse: duckdb.DuckDBPyConnection) -> Build | None:
    """The build that the warehouse holds, None if it names none."""
    try:
        row = warehouse.execute(
            "select build_id, code_revision, as_of, started_at, load_ids, rules_sha256 from quotaline.build"
        ).fetchone()
    except duckdb.CatalogException:
        return None
    if row is None:
        return None
    facts = dict(zip(Build.model_fields, row, strict=True))
    return Build.model_validate(facts | {"started_at": row[3].replace(tzinfo=UTC)})


def current_loads(warehouse: duckdb.DuckDBPyConnection) -> tuple[str, ...]:
    """`schema:load id` of each load that brought a file that is current."""
    schemas = warehouse.execute(
        "select schema_name from duckdb_tables() where database_name = current_database()"
        " and table_name = 'current_files' order by schema_name"
    ).fetchall()
    loads: set[str] = set()
    for (schema,) in schemas:
        rows = warehouse.execute(f"select distinct load_id from {schema}.current_files").fetchall()
        loads |= {f"{schema}:{load_id}" for (load_id,) in rows}
    return tuple(sorted(loads))


@contextmanager
def connect(workspace: Workspace, read_only: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
    """The warehouse. Raises UserError if there is none to read, or another process holds it."""
    path = workspace.warehouse
    if read_only and not path.is_file():
        raise UserError("There is no warehouse yet.", [Problem(str(path), "is missing", "run: quotaline run")])
    path.parent.mkdir(parents=True, exist_ok=True)
    # A database opened read-only attaches others read-only too; attached to one in memory, it lets the publisher write.
    connection = duckdb.connect(":memory:")
    try:
        connection.execute(f"set temp_directory = '{quoted(workspace.state / 'tmp')}'")
        connection.execute(f"attach '{quoted(path)}' as warehouse{' (read_only)' if read_only else ''}")
        connection.execute("use warehouse")
    except duckdb.IOException as error:
        connection.close()
        if "lock" not in str(error):
            raise
        problem = Problem(str(path), "another process is using it", "wait for it, or end it")
        raise UserError("The warehouse is locked.", [problem]) from None
    try:
        yield connection
    finally:
        connection.close()


def quoted(text: str | Path) -> str:
    """Text within single quotes of SQL."""
    return str(text).replace("'", "''")


def warehouse_stamp(workspace: Workspace) -> tuple[int, int]:
    """Size and time of change of the warehouse: different as soon as anything has written to it."""
    status = workspace.warehouse.stat()
    return status.st_size, status.st_mtime_ns


def folder_sha256(folder: Path) -> str:
    """Fingerprint of a folder's files, names and bytes."""
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(f"{path.relative_to(folder).as_posix()}\0{path.stat().st_size}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


# The gate's records


def record_path(workspace: Workspace, build: str) -> Path:
    return workspace.build_records / build / "gate.json"


def read_record(workspace: Workspace, build: str) -> GateRecord | None:
    """What the gate said of a build; None if it said nothing. Raises UserError if the record can't be read."""
    path = record_path(workspace, build)
    if not path.is_file():
        return None
    try:
        return GateRecord.model_validate_json(path.read_bytes())
    except ValidationError as error:
        problem = Problem(str(path), f"is no gate record ({error.error_count()} errors)", "run again: quotaline run")
        raise UserError("The gate's record is damaged.", [problem]) from None


def write_layer(workspace: Workspace, build: str, layer: Layer, record: LayerRecord) -> None:
    """Adds a layer to a build's record, which is replaced whole."""
    before = read_record(workspace, build) or GateRecord(build_id=build)
    after = before.model_copy(update={"layers": before.layers | {layer: record}})
    replace_text(record_path(workspace, build), after.model_dump_json(indent=2))


def failed_checks(workspace: Workspace, build: str) -> list[tuple[Layer, CheckResult]]:
    """The checks of a build that failed and stopped it, in the order of the layers."""
    return [(layer, check) for layer, check in broken_checks(workspace, build) if check.verdict == "failed"]


def broken_checks(workspace: Workspace, build: str) -> list[tuple[Layer, CheckResult]]:
    """The checks of a build that did not hold, those that only warned or were waived too."""
    record = read_record(workspace, build)
    layers = record.layers if record else {}
    return [(layer, check) for layer in LAYERS if layer in layers for check in layers[layer].checks if not check.passed]


def replace_text(path: Path, text: str) -> None:
    """Writes a file whole or not at all, readable by its owner only."""
    path.parent.mkdir(parents=True, exist_ok=True)
    following = path.with_name(f"{path.name}.next")
    following.unlink(missing_ok=True)
    with os.fdopen(os.open(following, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    following.replace(path)
