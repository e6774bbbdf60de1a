"""What Dagster loads for a workspace: everything in one job, the gates between what they guard."""

from __future__ import annotations

import os
from collections.abc import Iterator

import dagster as dg
import pytest

from orchestration.definitions import JOB, workspace_definitions
from orchestration.published_tables import PUBLIC, published_tables, read_manifest
from orchestration.quality import gate
from orchestration.transform import dbt_build_arguments
from orchestration.workspace import Workspace, WorkspaceSettings

Loaded = tuple[Workspace, dg.Definitions]


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loaded]:
    """An empty workspace's definitions; dbt reads the project once."""
    before = dict(os.environ)
    workspace = Workspace(tmp_path_factory.mktemp("workspace"), WorkspaceSettings(version=1, name="test"))
    yield workspace, workspace_definitions(workspace)
    os.environ.clear()
    os.environ.update(before)


def test_the_definitions_load(loaded: Loaded) -> None:
    dg.Definitions.validate_loadable(loaded[1])


def test_every_source_table_that_dbt_reads_is_one_that_ingestion_makes(loaded: Loaded) -> None:
    graph = loaded[1].resolve_asset_graph()
    missing = [key for key in graph.external_asset_keys if key.path[0].startswith("raw_")]
    own = {"current_files", "loaded_files", "quarantined_rows"}  # written beside the delivered tables, by the same load
    assert {key.path[-1] for key in missing} <= own


def test_each_asset_has_a_room(loaded: Loaded) -> None:
    graph = loaded[1].resolve_asset_graph()
    rooms = {graph.get(key).group_name for key in graph.materializable_asset_keys}
    stages = {"staging", "core", "credit", "quota", "payout", "reporting"}
    assert rooms == {"rules", "ingest", "publish"} | stages


def test_every_gated_table_has_a_check_that_blocks(loaded: Loaded) -> None:
    workspace, definitions = loaded
    graph = definitions.resolve_asset_graph()
    gated = {check.table for check in gate.checks(workspace)}
    specs = [graph.get_check_spec(key) for key in graph.asset_check_keys if key.name.startswith("gate_")]
    assert {".".join(spec.asset_key.path) for spec in specs} == gated
    assert all(spec.blocking for spec in specs)


def test_every_public_table_is_published_and_gated(loaded: Loaded) -> None:
    workspace, definitions = loaded
    public = {table.in_warehouse for table in published_tables(read_manifest(workspace))}
    graph = definitions.resolve_asset_graph()
    publication = graph.get(dg.AssetKey("published_duckdb"))
    assert {".".join(key.path) for key in publication.parent_keys} == public
    assert public == {check.table for check in gate.checks(workspace) if check.layer == "marts"}
    assert all(name.split(".")[1].startswith(PUBLIC) for name in public)


def test_check_names_are_unique_within_their_table(loaded: Loaded) -> None:
    names = [(check.layer, check.table, check.name) for check in gate.checks(loaded[0])]
    assert len(names) == len(set(names))


def test_a_build_runs_in_one_process_on_a_schedule_with_a_time_zone(loaded: Loaded) -> None:
    definitions = loaded[1]
    assert definitions.resolve_job_def(JOB).executor_def.name == "in_process"
    schedule = definitions.resolve_schedule_def("daily_build")
    assert schedule.execution_timezone == "UTC"
    assert definitions.resolve_sensor_def("new_landing_files").job_name == JOB


def test_new_landing_files_start_one_build_for_each_state(loaded: Loaded) -> None:
    workspace, definitions = loaded
    landing = workspace.sources["canonical"]
    landing.mkdir(parents=True)
    sensor = definitions.resolve_sensor_def("new_landing_files")

    def look(cursor: str | None) -> dg.SensorResult | dg.SkipReason:
        with dg.build_sensor_context(cursor=cursor) as context:
            result = sensor(context)
        assert isinstance(result, dg.SensorResult | dg.SkipReason)
        return result

    (landing / "workers.csv").write_text("worker_id\nann\n")
    first = look(None)
    assert isinstance(first, dg.SensorResult)
    assert isinstance(look(first.cursor), dg.SkipReason)
    (landing / "workers.csv").write_text("worker_id\nbobby\n")
    second = look(first.cursor)
    assert isinstance(second, dg.SensorResult)
    assert second.cursor != first.cursor


def test_production_leaves_out_what_proves_the_code_and_not_the_data() -> None:
    assert dbt_build_arguments() == ["build", "--exclude-resource-type", "unit_test"]
