"""OpenLineage: what is told of a build, valid and with nothing confidential; and that telling it never stops one."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import dagster as dg
import jsonschema  # type: ignore[import-untyped]
import pytest
from small_build import make_build, small_workspace, workspace_in, write_results

from orchestration.lineage import openlineage
from orchestration.lineage.openlineage import Events, Span, in_dagster, job_runs
from orchestration.problems import UserError
from orchestration.publish import store
from orchestration.workspace import OpenLineageSettings, Workspace, WorkspaceSettings, read_settings

RUN = "11e1070e-0000-4000-8000-000000000000"
BEGAN = datetime(2026, 11, 25, 5, 15, tzinfo=UTC)

# What the specification (openlineage.io/spec/2-0-2 and the facets' own) requires of the events we send.
FACETS = {"type": "object", "additionalProperties": {"$ref": "#/$defs/facet"}}
NAMED = {
    "type": "object",
    "required": ["namespace", "name"],
    "properties": {
        "namespace": {"type": "string", "minLength": 1},
        "name": {"type": "string", "minLength": 1},
        "facets": FACETS,
        "inputFacets": FACETS,
        "outputFacets": FACETS,
    },
    "additionalProperties": False,
}
RUN_ID = {"type": "object", "required": ["runId"], "properties": {"runId": {"type": "string", "format": "uuid"}}}
EVENT = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "required": ["eventTime", "producer", "schemaURL", "run", "job"],
    "additionalProperties": False,
    "properties": {
        "eventType": {"enum": ["START", "RUNNING", "COMPLETE", "ABORT", "FAIL", "OTHER"]},
        "eventTime": {"type": "string", "format": "date-time", "pattern": "T.*(Z|[+-][0-9:]+)$"},
        "producer": {"type": "string", "pattern": "^[a-z]+:"},
        "schemaURL": {"const": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent"},
        "run": RUN_ID | {"properties": RUN_ID["properties"] | {"facets": FACETS}},  # type: ignore[operator]
        "job": NAMED,
        "inputs": {"type": "array", "items": NAMED},
        "outputs": {"type": "array", "items": NAMED},
    },
    "$defs": {
        "facet": {
            "type": "object",
            "required": ["_producer", "_schemaURL"],
            "properties": {
                "_schemaURL": {"pattern": "^https://openlineage.io/spec/facets/.+Facet$"},
                "run": RUN_ID,
                "job": NAMED,
                "rowCount": {"type": "integer"},
                "fields": {
                    "type": "array",
                    "items": {"required": ["name"], "properties": {"type": {"type": "string"}}},
                },
            },
        }
    },
}


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A small build, published, whose model failed to build beside one that did."""
    workspace = workspace_in(tmp_path_factory.mktemp("told") / "small")
    path = workspace.dbt_target / "manifest.json"
    manifest = json.loads(path.read_bytes())
    manifest["sources"] = {
        "source.q.raw.workers": {"resource_type": "source", "schema": "raw_canonical", "name": "workers", "columns": {}}
    }
    for name, node in manifest["nodes"].items():
        if node["resource_type"] == "model":
            above = ["source.q.raw.workers"] if "rpt" in name else []
            node["depends_on"] = {"nodes": above}
    path.write_text(json.dumps(manifest), encoding="utf-8")
    make_build(workspace)
    store.publish(workspace)
    return workspace


def told(workspace: Workspace, **failed: bool) -> list[dict[str, Any]]:
    from openlineage.client.serde import Serde

    good = Span(BEGAN, BEGAN + timedelta(seconds=2), True)
    bad = Span(BEGAN, BEGAN + timedelta(seconds=2), False)
    names = ("ingest_canonical", "ingest_ledger", "transform", "publish")
    steps = {name: bad if failed.get(name) else good for name in names}
    events = Events(workspace.settings.name, RUN, "urn:quotaline:test")
    runs = [event for run in job_runs(workspace, steps) for event in events.of_job(run)]
    return [Serde.to_dict(event) for event in (events.of_build("START", BEGAN), *runs)]


def ends(events: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {event["job"]["name"]: event for event in events if event["eventType"] != "START"}


def names(datasets: list[dict[str, Any]]) -> list[str]:
    return [dataset["name"] for dataset in datasets]


def test_each_event_is_as_the_specification_requires(published: Workspace) -> None:
    check = jsonschema.Draft202012Validator(EVENT, format_checker=jsonschema.FormatChecker())
    events = told(published)
    assert len(events) == 1 + 2 * 5
    for event in events:
        check.validate(event)
    broken = events[1] | {"run": {"runId": "no uuid"}}
    assert not check.is_valid(broken)


def test_every_job_starts_and_ends_below_the_build(published: Workspace) -> None:
    build, *jobs = told(published)
    assert build["run"] == {"runId": RUN, "facets": {}}
    assert build["job"]["name"] == "build"
    for start, end in zip(jobs[::2], jobs[1::2], strict=True):
        assert (start["eventType"], end["eventType"]) == ("START", "COMPLETE")
        assert start["run"]["runId"] == end["run"]["runId"]
        assert start["eventTime"] < end["eventTime"]
        parent = end["run"]["facets"]["parent"]
        assert parent["run"]["runId"] == RUN
        assert parent["job"]["name"] == "build"
        assert end["job"]["namespace"] == "Small"
    assert len({event["run"]["runId"] for event in jobs}) == 5


def test_lineage_leads_from_the_landing_file_to_the_published_table(published: Workspace) -> None:
    jobs = ends(told(published))
    assert names(jobs["ingest.canonical"]["inputs"]) == ["landing/canonical/workers.csv"]
    assert "raw_canonical.workers" in names(jobs["ingest.canonical"]["outputs"])
    assert names(jobs["dbt.reporting.rpt_pay"]["inputs"]) == ["raw_canonical.workers"]
    assert names(jobs["dbt.reporting.rpt_pay"]["outputs"]) == ["reporting.rpt_pay"]
    assert names(jobs["publish"]["inputs"]) == ["core.dim_periods", "reporting.rpt_pay"]
    assert names(jobs["publish"]["outputs"])[2:] == [
        "published/current/quotaline.duckdb/reporting.rpt_pay",
        "published/current/rpt_pay",
    ]


def test_outputs_have_columns_and_numbers_of_rows(published: Workspace) -> None:
    jobs = ends(told(published))
    (pay,) = jobs["dbt.reporting.rpt_pay"]["outputs"]
    assert [field["name"] for field in pay["facets"]["schema"]["fields"]] == ["worker_id", "period_id", "amount"]
    assert pay["outputFacets"]["outputStatistics"]["rowCount"] == 3
    workers = next(one for one in jobs["ingest.canonical"]["outputs"] if one["name"] == "raw_canonical.workers")
    assert workers["outputFacets"]["outputStatistics"]["rowCount"] == 2
    types = {field["name"]: field["type"] for field in workers["facets"]["schema"]["fields"]}
    assert types["hire_date"] == "date"
    assert jobs["publish"]["outputs"][-1]["outputFacets"]["outputStatistics"]["rowCount"] == 3


def test_no_value_of_a_row_is_told(published: Workspace) -> None:
    text = json.dumps(told(published))
    for value in ("O'Neill", '"ann"', "100.05", "12.34"):
        assert value not in text


def test_a_step_that_failed_ends_with_fail_and_without_rows(published: Workspace) -> None:
    end = ends(told(published, ingest_canonical=True, publish=True))
    assert end["ingest.canonical"]["eventType"] == "FAIL"
    assert end["publish"]["eventType"] == "FAIL"
    assert "outputStatistics" not in json.dumps([end["ingest.canonical"], end["publish"]])
    assert end["dbt.reporting.rpt_pay"]["eventType"] == "COMPLETE"


def test_a_model_that_failed_is_told_without_what_dbt_said_and_a_skipped_one_is_not_told(tmp_path: Path) -> None:
    workspace = workspace_in(tmp_path / "small")
    make_build(workspace)
    failed = {"unique_id": "model.quotaline.dim_periods", "status": "error", "message": "could not cast 98765.43"}
    write_results(workspace, [failed, {"unique_id": "model.quotaline.rpt_pay", "status": "skipped"}])
    manifest = json.loads((workspace.dbt_target / "manifest.json").read_bytes())
    manifest["nodes"]["model.quotaline.dim_periods"]["depends_on"] = {"nodes": []}
    (workspace.dbt_target / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    runs = list(job_runs(workspace, {"transform": Span(BEGAN, BEGAN, False)}))
    assert [(run.job, run.span.succeeded) for run in runs] == [("dbt.core.dim_periods", False)]
    assert "98765" not in str(runs)


# Sending, in a run of Dagster


def run_a_job(workspace: Workspace, fails: bool = False) -> tuple[bool, list[str]]:
    """A job of one step with what the job `build` gets; whether it succeeded, and the warnings in its log."""

    @dg.op
    def step() -> None:
        if fails:
            raise ValueError("secret 98765.43")

    @dg.graph
    def build() -> None:
        step()

    hooks, resources = in_dagster(workspace)
    job = build.to_job(hooks=hooks, resource_defs=resources, executor_def=dg.in_process_executor)
    with dg.instance_for_test() as instance:
        result = job.execute_in_process(instance=instance, raise_on_error=False)
        entries = instance.all_logs(result.run_id)
    return result.success, [entry.user_message for entry in entries if entry.level == 30]


def with_settings(root: Path, **settings: Any) -> Workspace:
    openlineage_settings = OpenLineageSettings(**settings)
    return Workspace(root, WorkspaceSettings(version=1, name="Small", openlineage=openlineage_settings))


def in_file(workspace: Workspace) -> list[dict[str, Any]]:
    path = workspace.state / "openlineage.jsonl"
    assert path.stat().st_mode & 0o077 == 0
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize(("fails", "end"), [(False, "COMPLETE"), (True, "FAIL")])
def test_a_run_tells_its_start_and_its_end(tmp_path: Path, fails: bool, end: str) -> None:
    workspace = with_settings(tmp_path, transport="file")
    succeeded, warnings = run_a_job(workspace, fails)
    events = in_file(workspace)
    assert [event["eventType"] for event in events] == ["START", end]
    assert len({event["run"]["runId"] for event in events}) == 1
    assert (succeeded, warnings) == (not fails, [])
    assert "98765" not in json.dumps(events)


def test_nobody_listening_is_one_warning_and_no_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENLINEAGE_API_KEY", "s3cret-key")
    with HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as closed:
        port = closed.server_port
    succeeded, warnings = run_a_job(with_settings(tmp_path, transport="http", url=f"http://127.0.0.1:{port}"))
    assert succeeded
    assert len(warnings) == 1
    assert warnings[0].startswith("OpenLineage events of this build were not all sent (http: ConnectionError)")
    assert "s3cret" not in warnings[0]


@pytest.fixture
def catalogue() -> Iterator[tuple[str, list[tuple[str, str | None]]]]:
    """An address that takes events, and what came: path and Authorization of each."""
    came: list[tuple[str, str | None]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            came.append((self.path, self.headers.get("Authorization")))
            self.send_response(201)
            self.end_headers()

        def log_message(self, *_args: Any) -> None:
            """Says nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", came
    server.shutdown()
    server.server_close()


def test_a_catalogue_gets_the_events_with_the_key_of_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, catalogue: tuple[str, list[tuple[str, str | None]]]
) -> None:
    url, came = catalogue
    monkeypatch.setenv("OPENLINEAGE_API_KEY", "s3cret-key")
    assert run_a_job(with_settings(tmp_path, transport="http", url=url)) == (True, [])
    assert came == [("/api/v1/lineage", "Bearer s3cret-key")] * 2
    assert not list(tmp_path.rglob("*"))  # nothing is kept, the key least of all


def test_records_that_are_missing_are_one_warning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(*_args: object) -> None:
        raise UserError("dbt has not read the project yet.")

    monkeypatch.setattr(openlineage, "job_runs", missing)
    succeeded, warnings = run_a_job(with_settings(tmp_path, transport="file"))
    assert succeeded
    assert len(warnings) == 1
    assert "dbt has not read the project yet." in warnings[0]


# Settings


def test_nothing_is_told_or_imported_unless_it_is_asked_for(tmp_path: Path) -> None:
    assert in_dagster(small_workspace(tmp_path)) == (set(), {})
    code = "import sys, orchestration.definitions; sys.exit('openlineage.client' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(
    ("section", "said"),
    [
        ('transport = "http"', "url belongs to transport http"),
        ('transport = "file"\nurl = "http://x"', "url belongs to transport http"),
        ('transport = "http"\nurl = "http://me:s3cret@x/"', "without a password"),
        ('transport = "kafka"', "'file' or 'http'"),
    ],
)
def test_settings_that_cannot_be_meant_are_refused(tmp_path: Path, section: str, said: str) -> None:
    path = tmp_path / "quotaline.toml"
    path.write_text(f'version = 1\nname = "Small"\n[openlineage]\n{section}\n', encoding="utf-8")
    with pytest.raises(UserError, match="does not describe a workspace") as refused:
        read_settings(path)
    assert said in str(refused.value)
    assert "s3cret" not in str(refused.value)


def test_ids_are_the_same_when_a_run_is_told_again(published: Workspace) -> None:
    first, second = told(published), told(published)
    assert [event["run"]["runId"] for event in first] == [event["run"]["runId"] for event in second]
    assert uuid.UUID(first[1]["run"]["runId"]).version == 5
