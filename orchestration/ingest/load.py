"""From landing files to typed raw tables: what is new is checked, quarantined or loaded, by dlt, in one load.

The warehouse is disposable: what was loaded is decided by its own tables (`loaded_files`), and a raw schema that isn't
as the contract says is dropped and loaded again from the files. A load counts only when `loaded_files` and
`current_files`, written last and at once, name it; whatever an interrupted run left is never read.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import re
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import duckdb

from orchestration.ingest.columns import duckdb_type, literal
from orchestration.ingest.contract import SourceContract, read_source_contract
from orchestration.ingest.files import (
    Fingerprint,
    LandingFile,
    find_files,
    find_ledger_files,
    fingerprint,
    shown,
    stamp,
)
from orchestration.ingest.parse import PROBLEM_COLUMNS, ParsedFile, UnreadableFile, empty_table, parse_file
from orchestration.problems import Problem, UserError
from orchestration.workspace import SeveritySettings, Workspace

if TYPE_CHECKING:
    import pyarrow as pa

SHOWN_PROBLEMS = 20
_BATCH_ROWS = 250_000
_SEVERITY_OF = {"malformed_row": "unparsable_value", "reversed_dates": "overlapping_dates"}
RAW_COLUMNS = {"_file": "text", "_file_sha256": "text", "_row_number": "bigint", "_dlt_load_id": "text"}
_QUARANTINE_COLUMNS = PROBLEM_COLUMNS | {"load_id": "text", "_dlt_load_id": "text"}
_LOADED_FILES = """
    table_name text, file text, sha256 text, load_id text, row_count bigint, quarantined_count bigint,
    contract_hash text"""


@dataclass(frozen=True)
class TableReport:
    """One table. files, rows, quarantined: what is current now; the loaded_ ones: what this run added to it."""

    table: str
    files: int
    rows: int
    quarantined: int
    loaded_files: int
    loaded_rows: int
    loaded_quarantined: int
    notes: tuple[str, ...] = ()

    def metadata(self) -> dict[str, Any]:
        """The table in plain values, as Dagster's metadata wants them."""
        numbers = {name: value for name, value in asdict(self).items() if name not in ("table", "notes")}
        return numbers | ({"notes": "\n".join(self.notes)} if self.notes else {})


@dataclass(frozen=True)
class IngestReport:
    """What an ingestion did. load_id: dlt's id of this run's load, None if nothing was new. load_ids: of all loads
    that the current files come from. notes: what was not an error but should be known."""

    source: str
    load_id: str | None
    load_ids: tuple[str, ...]
    tables: tuple[TableReport, ...]
    notes: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """The report in plain values, as Dagster's metadata and `--json` want it."""
        return asdict(self)


def ingest(workspace: Workspace, source: str) -> IngestReport:
    """Brings the raw tables of one source up to date with its landing folder.

    Only files that are new or changed are read. Raises UserError, before anything is loaded, for what
    `workspace.settings.severity` says must stop a run, a missing folder, a locked warehouse or a full disk.
    """
    contract = read_source_contract(source)
    files, notes = _landing(workspace, contract)
    workspace.state.mkdir(parents=True, exist_ok=True)
    with _disk_errors(workspace), _warehouse(workspace) as warehouse:
        return _Ingestion(workspace, contract, warehouse, files, notes).run()


def landing_fingerprint(workspace: Workspace) -> str:
    """Changes when a landing file of any source is new, changed or gone; reads names, sizes and times, no file."""
    state = []
    for source, folder in sorted(workspace.sources.items()):
        if folder.is_dir() and source != "ledger":  # closing a month is no delivery
            files = find_files(folder, read_source_contract(source))[0]
            state += [f"{source}/{file.name} {stamp(file.path)}" for file in files]
    return hashlib.sha256("\n".join(state).encode()).hexdigest()[:16]


def _landing(workspace: Workspace, contract: SourceContract) -> tuple[list[LandingFile], list[str]]:
    """The source's files, and notes on files that are not read. Raises UserError if there is no folder."""
    source = contract.name
    if source == "ledger":
        return find_ledger_files(workspace.ledger, contract), []
    if source not in workspace.sources:
        remedy = f"add [sources.{source}] with its path, or choose from: {', '.join(workspace.sources)}"
        problem = Problem("quotaline.toml", f"names no source {source}", remedy)
        raise UserError(f"The workspace has no source {source}.", [problem])
    folder = workspace.sources[source]
    if folder.is_dir():
        return find_files(folder, contract)
    if source == "canonical" and source not in workspace.settings.sources and workspace.settings.sources:
        return [], []
    what = ", ".join(f"{table.name}.csv" for table in contract.tables[:3])
    remedy = (
        f"create it and put the source's files there ({what}, ...), or correct [sources.{source}] in quotaline.toml"
    )
    where = shown(workspace.root, folder)
    raise UserError(f"There is nothing to load for {source}.", [Problem(where, "the folder does not exist", remedy)])


@contextlib.contextmanager
def _warehouse(workspace: Workspace) -> Iterator[duckdb.DuckDBPyConnection]:
    """The warehouse, held for the whole ingestion. Raises UserError if another process holds it."""
    where = shown(workspace.root, workspace.warehouse)
    try:
        connection = duckdb.connect(workspace.warehouse)
    except duckdb.Error as error:
        text = str(error).lower()
        if "no space" in text:
            raise
        if "lock" in text:
            process = re.search(r"pid (\d+)", text)
            remedy = f"wait for it, or end process {process[1]}" if process else "wait for it, or end it"
            problem = Problem(where, "another process is using it", remedy)
            raise UserError("The warehouse is locked.", [problem]) from None
        if "permission denied" in text:
            problem = Problem(where, "may not be written", "give yourself the right to read and write it")
        else:
            remedy = "delete it; the next run makes it again from the landing files"
            problem = Problem(where, "is no DuckDB database of this version", remedy)
        raise UserError("The warehouse can't be opened.", [problem]) from None
    try:
        yield connection
    finally:
        connection.close()


@contextlib.contextmanager
def _disk_errors(workspace: Workspace) -> Iterator[None]:
    """Says so when the disk is full, and lets a user's error through that dlt has wrapped."""
    try:
        yield
    except Exception as error:
        cause: BaseException | None = error
        while cause is not None:
            if isinstance(cause, UserError):
                raise cause from None
            full = isinstance(cause, OSError) and cause.errno in (errno.ENOSPC, errno.EDQUOT)
            if full or (isinstance(cause, duckdb.Error) and "no space" in str(cause).lower()):
                problem = Problem(
                    shown(workspace.root, workspace.state),
                    "there is no space left on the disk",
                    "free some and run again",
                )
                raise UserError("The disk is full; nothing was loaded.", [problem]) from error
            cause = cause.__cause__ or cause.__context__
        raise


@dataclass
class _Loaded:
    """A file version that goes into this load. rows: how many good rows went in, known once they did."""

    file: LandingFile
    fingerprint: Fingerprint
    parsed: ParsedFile | None
    rows: int = 0


class _Ingestion:
    """One run over one source."""

    def __init__(
        self,
        workspace: Workspace,
        contract: SourceContract,
        warehouse: duckdb.DuckDBPyConnection,
        files: list[LandingFile],
        notes: list[str],
    ) -> None:
        self._workspace = workspace
        self._contract = contract
        self._warehouse = warehouse
        self._files = files
        self._notes = notes
        self._work = duckdb.connect(":memory:")
        self._work.execute(f"set temp_directory = {literal(str(workspace.state / 'tmp'))}")
        columns = ", ".join(f"{name} {data_type}" for name, data_type in PROBLEM_COLUMNS.items())
        self._work.execute(f"create table problems ({columns})")

    def run(self) -> IngestReport:
        prints = {file: fingerprint(file) for file in self._files}
        is_fresh = not self._schema_holds()
        known = set() if is_fresh else self._known_versions()
        new = [file for file in self._files if self._version(file, prints[file]) not in known]
        loads = [self._parse(file, prints[file], place) for place, file in enumerate(new)]
        self._stop_where_severity_says_so(prints, is_fresh)
        load_id = None
        if is_fresh or loads:
            if is_fresh:
                self._warehouse.execute(f"drop schema if exists {self._contract.schema} cascade")
            load_id = self._load(loads, is_fresh)
        self._make_current(prints, loads, load_id)
        return self._report(loads, load_id)

    def _version(self, file: LandingFile, print_: Fingerprint) -> tuple[str, str, str, str]:
        return file.table.name, file.name, print_.sha256, file.table.hash

    # What the warehouse has

    def _schema_holds(self) -> bool:
        """Whether every raw table is there with exactly the contract's types; new columns, types and tables rebuild."""
        found = self._warehouse.execute(
            "select table_name, column_name, data_type from duckdb_columns()"
            " where database_name = current_database() and schema_name = ?",
            [self._contract.schema],
        ).fetchall()
        has = {(str(table), str(column)): str(data_type) for table, column, data_type in found}
        tables = {t.name: {c.name: c.data_type for c in t.columns} | RAW_COLUMNS for t in self._contract.tables}
        tables["quarantined_rows"] = _QUARANTINE_COLUMNS
        tables["loaded_files"] = {"sha256": "text"}
        return all(
            has.get((table, column)) == duckdb_type(data_type)
            for table, columns in tables.items()
            for column, data_type in columns.items()
        )

    def _known_versions(self) -> set[tuple[str, str, str, str]]:
        rows = self._warehouse.execute(
            f"select table_name, file, sha256, contract_hash from {self._contract.schema}.loaded_files"
        ).fetchall()
        return {(str(t), str(f), str(s), str(h)) for t, f, s, h in rows}

    # Reading

    def _parse(self, file: LandingFile, print_: Fingerprint, place: int) -> _Loaded:
        try:
            parsed = parse_file(self._work, file, print_, f"file_{place}")
        except UnreadableFile as error:
            cause = error.cause
            row = [file.table.name, None, file.name, cause.row, None, None]
            row += ["unreadable_file", cause.reason, cause.remedy, None]
            self._work.execute(f"insert into problems values ({', '.join('?' * len(row))})", row)
            return _Loaded(file, print_, None)
        return _Loaded(file, print_, parsed)

    def _stop_where_severity_says_so(self, prints: dict[LandingFile, Fingerprint], is_fresh: bool) -> None:
        """Raises UserError with the worst first, if a kind that stops was found, now or in a file loaded earlier."""
        kinds = ", ".join(literal(kind) for kind in stopping_kinds(self._workspace.settings.severity))
        if not kinds:
            return
        found = self._work.execute(_problem_rows("problems", kinds)).fetchall()
        if not is_fresh:
            found += self._warehouse.execute(_problem_rows(f"({self._current_quarantine(prints)})", kinds)).fetchall()
        if not found:
            return
        folder = self._folder()
        problems = [
            Problem(f"{folder}/{file}", str(reason), str(remedy), row, column, value)
            for file, row, column, value, reason, remedy in found[:SHOWN_PROBLEMS]
        ]
        rest = len(found) - len(problems)
        said = f"{len(found):,} problem{'s' if len(found) > 1 else ''} in {self._contract.name}; nothing was loaded"
        raise UserError(f"{said}{f' (the first {len(problems)} of them)' if rest else ''}:", problems)

    def _folder(self) -> str:
        source = self._contract.name
        return shown(
            self._workspace.root, self._workspace.ledger if source == "ledger" else self._workspace.sources[source]
        )

    # Loading

    def _load(self, loads: list[_Loaded], is_fresh: bool) -> str:
        """One dlt load of the files' good rows and of what is wrong with the others; its load id."""
        import dlt

        dlt.config["runtime.dlthub_telemetry"] = False
        dlt.config["normalize.parquet_normalizer.add_dlt_load_id"] = True
        name = f"quotaline_{self._contract.name}"
        shutil.rmtree(self._workspace.dlt_state / name, ignore_errors=True)  # the warehouse is the state
        pipeline = dlt.pipeline(
            name,
            destination=dlt.destinations.duckdb(self._warehouse),
            dataset_name=self._contract.schema,
            pipelines_dir=str(self._workspace.dlt_state),
        )
        contract: Any = {"tables": "evolve", "columns": "evolve", "data_type": "freeze"}
        options: Any = {"write_disposition": "append", "schema_contract": contract}
        resources = [
            dlt.resource(self._table_rows(table.name, loads, is_fresh), name=table.name, **options)
            for table in self._contract.tables
            if is_fresh or any(load.file.table == table for load in loads)
        ]
        resources.append(dlt.resource(self._quarantine(), name="quarantined_rows", **options))
        source = dlt.source(lambda: resources, name=self._contract.name, max_table_nesting=0)
        info = pipeline.run(source(), loader_file_format="parquet")
        info.raise_on_failed_jobs()
        return str(info.loads_ids[-1])

    def _table_rows(self, table: str, loads: Sequence[_Loaded], is_fresh: bool) -> Iterator[pa.Table]:
        """A table's new rows, batch by batch; first its empty shape where the table must be made."""
        contract = self._contract.table(table)
        if is_fresh and contract:
            yield self._arrow(empty_table(contract)).read_all()
        for load in loads:
            if load.file.table.name == table and load.parsed:
                for batch in self._batches(load.parsed.good_rows):
                    load.rows += batch.num_rows
                    yield batch
                if stamp(load.file.path) != load.fingerprint.stamp:
                    remedy = "deliver it under another name first and rename it when it is whole, then run again"
                    problem = Problem(f"{self._folder()}/{load.file.name}", "changed while it was being read", remedy)
                    raise UserError("A file is still being written; nothing was loaded.", [problem])

    def _quarantine(self) -> Iterator[pa.Table]:
        import dlt

        load_id = dlt.current.load_package_state()["load_id"]
        yield from self._batches(f"select *, {literal(load_id)} as load_id from problems", at_least_one=True)

    def _arrow(self, query: str) -> pa.RecordBatchReader:
        return self._work.cursor().execute(query).to_arrow_reader(_BATCH_ROWS)

    def _batches(self, query: str, at_least_one: bool = False) -> Iterator[pa.Table]:
        import pyarrow as pa

        reader = self._arrow(query)
        if at_least_one:
            yield reader.schema.empty_table()
        for batch in reader:
            yield pa.Table.from_batches([batch])

    def _make_current(
        self, prints: dict[LandingFile, Fingerprint], loads: Sequence[_Loaded], load_id: str | None
    ) -> None:
        """The last step, in one transaction: notes what this load brought, and which versions count from now on."""
        schema = self._contract.schema
        warehouse = self._warehouse
        warehouse.begin()
        try:
            warehouse.execute(f"create table if not exists {schema}.loaded_files ({_LOADED_FILES})")
            for load in loads:
                rejected = load.parsed.rejected if load.parsed else 0
                row = [load.file.table.name, load.file.name, load.fingerprint.sha256, load_id, load.rows, rejected]
                warehouse.execute(
                    f"insert into {schema}.loaded_files values (?, ?, ?, ?, ?, ?, ?)", [*row, load.file.table.hash]
                )
            warehouse.execute(
                f"create or replace table {schema}.current_files as"
                " select table_name, file, sha256, load_id, row_count, contract_hash, quarantined_count"
                f" from ({self._current_versions(prints)})"
            )
            warehouse.commit()
        except BaseException:
            warehouse.rollback()
            raise

    def _report(self, loads: Sequence[_Loaded], load_id: str | None) -> IngestReport:
        current = self._warehouse.execute(
            "select table_name, count(*), sum(row_count), sum(quarantined_count), list(distinct load_id)"
            f" from {self._contract.schema}.current_files group by table_name"
        ).fetchall()
        by_table = {str(name): (int(files), int(rows), int(bad)) for name, files, rows, bad, _ in current}
        tables = []
        for table in self._contract.tables:
            own = [load for load in loads if load.file.table == table]
            files, rows, bad = by_table.get(table.name, (0, 0, 0))
            parsed = [load.parsed for load in own if load.parsed]
            rejected = sum(file.rejected for file in parsed)
            notes = tuple(f"{file.file.name}: {note}" for file in parsed for note in file.notes)
            loaded_rows = sum(load.rows for load in own)
            tables.append(TableReport(table.name, files, rows, bad, len(own), loaded_rows, rejected, notes))
        load_ids = sorted({str(one) for *_, ids in current for one in ids})
        return IngestReport(
            self._contract.name,
            load_id,
            tuple(load_ids),
            tuple(tables),
            (*self._notes, *(note for table in tables for note in table.notes)),
        )

    # What is current

    def _current_versions(self, prints: dict[LandingFile, Fingerprint]) -> str:
        """The query of the loaded versions of the files that lie in landing now."""
        present = ", ".join(
            f"({', '.join(literal(part) for part in self._version(file, print_))})" for file, print_ in prints.items()
        )
        if not present:
            return f"select * from {self._contract.schema}.loaded_files limit 0"
        return (
            f"select loaded.* from {self._contract.schema}.loaded_files as loaded inner join (values {present})"
            " as present (table_name, file, sha256, contract_hash) using (table_name, file, sha256, contract_hash)"
            " qualify row_number() over (partition by loaded.table_name, loaded.file order by loaded.load_id) = 1"
        )

    def _current_quarantine(self, prints: dict[LandingFile, Fingerprint]) -> str:
        return (
            f"select rows.* from {self._contract.schema}.quarantined_rows as rows"
            f" inner join ({self._current_versions(prints)}) as files"
            " on rows.load_id = files.load_id and rows.file = files.file"
        )


def stopping_kinds(severity: SeveritySettings) -> list[str]:
    """The kinds of quarantined rows that end a run before anything is loaded."""
    levels = severity.model_dump()
    kinds = {setting: setting for setting in levels} | _SEVERITY_OF
    return [kind for kind, setting in kinds.items() if levels[setting] == "stop"]


def _problem_rows(table: str, kinds: str) -> str:
    return (
        f"select file, row_number, column_name, value, reason, remedy from {table} where kind in ({kinds})"
        " order by file, row_number, column_name"
    )
