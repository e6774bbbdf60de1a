"""OpenLineage: tells a data catalogue what each build read and wrote; off unless quotaline.toml has `[openlineage]`.

Everything comes from the records that a build leaves anyway: Dagster's step times, the warehouse's `current_files`,
dbt's manifest and run results, the publication's manifest. So the pipeline knows nothing of it, and one place decides
what is told: names of files, tables and columns, times, outcomes, numbers of rows; no amount, value or error text.
"""

from __future__ import annotations

import json
import os
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from orchestration import builds
from orchestration.ingest.contract import read_source_contract
from orchestration.ingest.files import shown
from orchestration.problems import UserError
from orchestration.publish.duckdb_file import DATABASE
from orchestration.published_tables import published_tables, read_manifest
from orchestration.revision import code_revision
from orchestration.workspace import OpenLineageSettings, Workspace

if TYPE_CHECKING:  # importing either takes seconds
    import dagster as dg
    from openlineage.client.event_v2 import RunEvent
    from openlineage.client.transport import Transport

RESOURCE = "openlineage"
BUILD_JOB = "build"
API_KEY = "OPENLINEAGE_API_KEY"
MOST_SECONDS = 60  # for all events of a build: a catalogue that answers slowly doesn't hold it up
_BUILT_BY_DBT = ("seed", "model", "snapshot")


@dataclass(frozen=True)
class Dataset:
    """A file or table. columns: name, type, description of each. rows: how many it has now, where that is at hand."""

    name: str
    columns: tuple[tuple[str, str | None, str | None], ...] = ()
    rows: int | None = None


@dataclass(frozen=True)
class Span:
    """When something ran, and whether it went well."""

    began: datetime
    ended: datetime
    succeeded: bool


@dataclass(frozen=True)
class JobRun:
    """One run of a job, with what it read and wrote."""

    job: str
    span: Span
    inputs: tuple[Dataset, ...] = ()
    outputs: tuple[Dataset, ...] = ()


# What a build did, from its records


def job_runs(workspace: Workspace, steps: Mapping[str, Span]) -> Iterator[JobRun]:
    """One for each source that was loaded, each seed and model that dbt ran, and the publication. steps: of the run."""
    for source in workspace.sources:
        if span := steps.get(f"ingest_{source}"):
            yield _ingestion(workspace, source, span)
    if span := steps.get("transform"):
        yield from _dbt_runs(workspace, span)
    if span := steps.get("publish"):
        yield _publication(workspace, span)


def _ingestion(workspace: Workspace, source: str, span: Span) -> JobRun:
    contract = read_source_contract(source)
    folder = shown(workspace.root, workspace.sources[source])
    files: list[tuple[str, str, int]] = []
    if span.succeeded:
        with builds.connect(workspace, read_only=True) as warehouse:
            query = f"select table_name, file, row_count from {contract.schema}.current_files order by table_name, file"
            files = warehouse.execute(query).fetchall()
    outputs = tuple(
        Dataset(
            f"{contract.schema}.{table.name}",
            tuple((column.name, column.data_type, column.description) for column in table.columns),
            sum(rows for name, _, rows in files if name == table.name) if span.succeeded else None,
        )
        for table in contract.tables
    )
    return JobRun(f"ingest.{source}", span, tuple(Dataset(f"{folder}/{file}") for _, file, _ in files), outputs)


def _dbt_runs(workspace: Workspace, step: Span) -> Iterator[JobRun]:
    """dbt's seeds and models; what it skipped was not run and is not told."""
    path = workspace.dbt_target / "run_results.json"
    if not path.is_file() or path.stat().st_mtime < step.began.timestamp():
        return  # dbt never came so far: these are an earlier build's
    manifest = read_manifest(workspace)
    known: dict[str, Any] = {**manifest["nodes"], **manifest.get("sources", {})}
    results = [
        result
        for result in json.loads(path.read_bytes())["results"]
        if known.get(result["unique_id"], {}).get("resource_type") in _BUILT_BY_DBT and result["status"] != "skipped"
    ]
    rows = _row_counts(workspace)
    for result in results:
        node = known[result["unique_id"]]
        times = [
            datetime.fromisoformat(t[key]) for t in result.get("timing", []) for key in ("started_at", "completed_at")
        ]
        span = Span(min(times, default=step.began), max(times, default=step.ended), result["status"] == "success")
        columns = tuple((c["name"], c.get("data_type"), c.get("description")) for c in node["columns"].values())
        name = _relation(node)
        if node["resource_type"] == "seed":
            inputs = [f"{workspace.settings.rules}/{node['name']}.csv"]
        else:
            inputs = [_relation(known[parent]) for parent in node["depends_on"]["nodes"] if parent in known]
        output = Dataset(name, columns, rows.get(name) if span.succeeded else None)
        yield JobRun(f"dbt.{name}", span, tuple(Dataset(one) for one in sorted(inputs)), (output,))


def _relation(node: Mapping[str, Any]) -> str:
    return f"{node['schema']}.{node.get('identifier') or node.get('alias') or node['name']}"


def _row_counts(workspace: Workspace) -> dict[str, int]:
    """Rows of every table in the warehouse; DuckDB knows them without reading any. Nothing of views, which it'd run."""
    with builds.connect(workspace, read_only=True) as warehouse:
        tables = warehouse.execute(
            "select schema_name, table_name from duckdb_tables() where database_name = current_database()"
        ).fetchall()
        counts = " union all ".join(
            f'select \'{schema}.{table}\', count(*) from "{schema}"."{table}"' for schema, table in tables
        )
        return {str(name): int(count) for name, count in warehouse.execute(counts).fetchall()} if tables else {}


def _publication(workspace: Workspace, span: Span) -> JobRun:
    current = workspace.published / "current"
    rows: dict[str, int] = json.loads((current / "manifest.json").read_bytes())["rows"] if span.succeeded else {}
    inputs, outputs = [], []
    folder = shown(workspace.root, current)
    manifest = read_manifest(workspace)
    types = {
        (node["name"], column["name"]): column.get("data_type")
        for node in manifest["nodes"].values()
        for column in node.get("columns", {}).values()
    }
    for table in published_tables(manifest):
        inputs.append(Dataset(table.in_warehouse))
        columns = tuple((one.name, types[table.name, one.name], one.description) for one in table.columns)
        for name in (f"{DATABASE}/{table.in_publication}", table.name):
            outputs.append(Dataset(f"{folder}/{name}", columns, rows.get(table.in_publication)))
    return JobRun("publish", span, tuple(inputs), tuple(outputs))


# As events


class Events:
    """Makes the events of one build; each job's run hangs below the build's own. producer: names this project."""

    def __init__(self, namespace: str, build_run_id: str, producer: str) -> None:
        from openlineage.client.event_v2 import set_producer

        self._namespace, self._build, self._producer = namespace, build_run_id, producer
        set_producer(producer)  # of the facets

    def of_build(self, state: str, at: datetime) -> RunEvent:
        return self._event(BUILD_JOB, self._build, state, at)

    def of_job(self, run: JobRun) -> tuple[RunEvent, RunEvent]:
        """Start and end. A second sending of the same run has the same ids."""
        run_id = str(uuid.uuid5(uuid.UUID(self._build), run.job))
        end = "COMPLETE" if run.span.succeeded else "FAIL"
        return (
            self._event(run.job, run_id, "START", run.span.began, run.inputs, run.outputs),
            self._event(run.job, run_id, end, run.span.ended, run.inputs, run.outputs),
        )

    def _event(
        self,
        job: str,
        run_id: str,
        state: str,
        at: datetime,
        inputs: Sequence[Dataset] = (),
        outputs: Sequence[Dataset] = (),
    ) -> RunEvent:
        from openlineage.client import event_v2 as ol
        from openlineage.client.generated import parent_run

        facets: dict[str, Any] = {}
        if run_id != self._build:
            parent = parent_run.Job(self._namespace, BUILD_JOB)
            facets["parent"] = parent_run.ParentRunFacet(run=parent_run.Run(self._build), job=parent)
        return ol.RunEvent(
            eventType=ol.RunState(state),
            eventTime=at.astimezone(UTC).isoformat(),
            run=ol.Run(run_id, facets),
            job=ol.Job(self._namespace, job),
            inputs=[ol.InputDataset(self._namespace, dataset.name) for dataset in inputs],
            outputs=[self._output(dataset, with_facets=state != "START") for dataset in outputs],
            producer=self._producer,
        )

    def _output(self, dataset: Dataset, with_facets: bool) -> Any:
        from openlineage.client.event_v2 import OutputDataset
        from openlineage.client.generated.output_statistics_output_dataset import OutputStatisticsOutputDatasetFacet
        from openlineage.client.generated.schema_dataset import SchemaDatasetFacet, SchemaDatasetFacetFields

        output = OutputDataset(self._namespace, dataset.name)
        if with_facets and dataset.columns:
            fields = [
                SchemaDatasetFacetFields(name, type=kind, description=text) for name, kind, text in dataset.columns
            ]
            output.facets = {"schema": SchemaDatasetFacet(fields)}
        if with_facets and dataset.rows is not None:
            output.outputFacets = {"outputStatistics": OutputStatisticsOutputDatasetFacet(rowCount=dataset.rows)}
        return output


# Sending


def transport(settings: OpenLineageSettings, workspace: Workspace) -> Transport:
    """Where events go. The API key comes from the environment and is kept nowhere."""
    if settings.transport == "file":
        from openlineage.client.transport.file import FileConfig, FileTransport

        path = workspace.state / settings.path
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
        return FileTransport(FileConfig(log_file_path=str(path), append=True))
    from openlineage.client.transport.http import ApiKeyTokenProvider, HttpConfig, HttpTransport, TokenProvider

    key = os.environ.get(API_KEY)
    auth = ApiKeyTokenProvider({"apiKey": key}) if key else TokenProvider({})
    once_more = {"total": 1, "status_forcelist": [502, 503, 504], "allowed_methods": ["POST"]}
    return HttpTransport(HttpConfig(url=str(settings.url), auth=auth, timeout=5.0, retry=once_more))


class Reporter:
    """Tells of one build as it starts and when it has ended; whatever fails in that is one warning in its log."""

    def __init__(self, workspace: Workspace, settings: OpenLineageSettings, run_id: str, log: Any) -> None:
        self._workspace, self._settings, self._run_id, self._log = workspace, settings, run_id, log
        self._events: Events | None = None
        self._transport: Transport | None = None

    def started(self) -> None:
        try:
            self._transport = transport(self._settings, self._workspace)
            producer = f"urn:quotaline:{code_revision()}"
            self._events = Events(self._workspace.settings.name, self._run_id, producer)
            self._transport.emit(self._events.of_build("START", datetime.now(UTC)))
        except Exception as error:
            self._give_up(error)

    def ended(self, instance: dg.DagsterInstance) -> None:
        if self._events is None or self._transport is None:
            return  # it has been said
        try:
            steps = _spans(instance, self._run_id)
            good = bool(steps) and all(span.succeeded for span in steps.values())
            until = time.monotonic() + MOST_SECONDS
            for run in job_runs(self._workspace, steps):
                for event in self._events.of_job(run):
                    self._transport.emit(event)
                if time.monotonic() > until:
                    raise TimeoutError
            self._transport.emit(self._events.of_build("COMPLETE" if good else "FAIL", datetime.now(UTC)))
            self._transport.close()
        except Exception as error:
            self._give_up(error)

    def _give_up(self, error: Exception) -> None:
        self._events = self._transport = None
        # Not the error's own words: they may hold the address, and with it a password, or a value of a row.
        reason = error.headline if isinstance(error, UserError) else type(error).__name__
        self._log.warning(
            f"OpenLineage events of this build were not all sent ({self._settings.transport}: {reason});"
            " the build goes on without them."
        )


def _spans(instance: dg.DagsterInstance, run_id: str) -> dict[str, Span]:
    """The run's steps that have begun; one that has no end was interrupted."""
    spans = {}
    for step in instance.get_run_step_stats(run_id):
        if step.start_time is not None:
            ended = time.time() if step.end_time is None else step.end_time
            good = step.status is not None and step.status.value == "SUCCESS"
            began, until = (datetime.fromtimestamp(at, UTC) for at in (step.start_time, ended))
            spans[step.step_key] = Span(began, until, good)
    return spans


def in_dagster(workspace: Workspace) -> tuple[set[dg.HookDefinition], dict[str, dg.ResourceDefinition]]:
    """What the job `build` needs to tell of itself; nothing if quotaline.toml doesn't ask for it.

    The resource lives as long as the run, whether started by `quotaline run`, schedule, sensor or UI, and even if a
    step fails; the hook does nothing but require it, so that no asset has to know of it.
    """
    settings = workspace.settings.openlineage
    if settings is None:
        return set(), {}
    import dagster as dg

    @dg.resource
    def reporter(context: dg.InitResourceContext) -> Iterator[None]:
        if context.instance is None or context.run is None:
            yield  # not in a run
            return
        of_this_run = Reporter(workspace, settings, context.run.run_id, context.log)
        of_this_run.started()
        try:
            yield
        finally:
            of_this_run.ended(context.instance)

    @dg.failure_hook(name="openlineage", required_resource_keys={RESOURCE})
    def hook(_context: dg.HookContext) -> None:
        """Requires the resource."""

    return {hook}, {RESOURCE: reporter}
