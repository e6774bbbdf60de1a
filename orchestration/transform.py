"""The dbt project as Dagster assets: one invocation of dbt a run, from staging to reporting."""

# No `from __future__ import annotations` here: Dagster reads the context's annotation and needs the class itself.

import hashlib
import json
import os
import sys
from collections.abc import Iterator, Mapping
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DbtCliInvocation, DbtCliResource, DbtProject, dbt_assets
from packaging.version import Version

from orchestration import builds
from orchestration.builds import LayerRecord
from orchestration.column_lineage import ColumnLineage
from orchestration.ingest import rules
from orchestration.problems import GateError
from orchestration.published_tables import read_manifest
from orchestration.quality import gate
from orchestration.workspace import PROJECT_ROOT, Workspace

RULES_KEY = dg.AssetKey("rules")


def dbt_build_arguments() -> list[str]:
    """What dbt is asked to do in production: everything but the unit tests, which prove the code and not the data."""
    return ["build", "--exclude-resource-type", "unit_test"]


def dbt_executable() -> str:
    """dbt of this very environment, which need not be on the PATH."""
    return str(Path(sys.executable).with_name("dbt"))


class OfflineDbt(DbtCliResource):
    """dbt's command line, whose version is known without asking: dagster-dbt runs `dbt --version` for it, which asks
    the package registry whether dbt and each adapter are up to date (dagster-dbt 0.29, dbt 1.11; neither has a switch).
    """

    @cached_property
    def _cli_version(self) -> Version:
        return Version(version("dbt-core"))


def dbt_cli(project: DbtProject) -> DbtCliResource:
    """How Dagster calls dbt."""
    return OfflineDbt(project_dir=project, dbt_executable=dbt_executable())  # type: ignore[arg-type]  # as its parent


def dbt_project(workspace: Workspace) -> DbtProject:
    """The project with this workspace's target folder, its manifest made if it is absent or older than the project."""
    os.environ.update(workspace.environment())
    project = DbtProject(project_dir=PROJECT_ROOT, profiles_dir=PROJECT_ROOT, target_path=workspace.dbt_target)
    stamp, now = _stamp(workspace), _project_fingerprint(workspace)
    if not (_is_whole(project.manifest_path) and stamp.is_file() and stamp.read_text() == now):
        workspace.dbt_target.mkdir(parents=True, exist_ok=True)
        rules.ensure_rules_copy(workspace)
        dbt_cli(project).cli(["parse", "--quiet"], target_path=workspace.dbt_target).wait()
        stamp.write_text(now)
    return project


def _is_whole(manifest: Path) -> bool:
    """dbt writes it anew in each run; a kill or a full disk can leave half of it."""
    try:
        return isinstance(json.loads(manifest.read_bytes()), dict)
    except (OSError, ValueError):
        return False


def _stamp(workspace: Workspace) -> Path:
    """Says of which version of the project the manifest is."""
    return workspace.dbt_target / "manifest.sha256"


def _project_fingerprint(workspace: Workspace) -> str:
    """Changes when the manifest must be made again: with the project's files, or what they read of the workspace."""
    files = [PROJECT_ROOT / "dbt_project.yml", PROJECT_ROOT / "profiles.yml"]
    for folder in ("models", "dbt_project"):
        files += sorted(path for path in (PROJECT_ROOT / folder).rglob("*") if path.is_file())
    digest = hashlib.sha256(",".join(workspace.sources).encode())
    for path in files:
        digest.update(str(path.relative_to(PROJECT_ROOT)).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


class RoomTranslator(DagsterDbtTranslator):
    """Groups dbt's assets by room (staging, core, credit, …) and hangs the rules' tables below the rules."""

    def get_asset_spec(self, manifest: Mapping[str, Any], unique_id: str, project: DbtProject | None) -> dg.AssetSpec:
        spec = super().get_asset_spec(manifest, unique_id, project)
        node = self.get_resource_props(manifest, unique_id)
        if node["resource_type"] == "seed":
            return spec.replace_attributes(group_name="rules", deps=[RULES_KEY])
        if node["resource_type"] == "model":
            # dagster-dbt would add the whole SQL to the description; dbt docs has it.
            group = Path(node["original_file_path"]).parts[1]
            return spec.replace_attributes(group_name=group, description=node["description"])
        return spec


def transform_assets(workspace: Workspace, project: DbtProject) -> dg.AssetsDefinition:
    """dbt's seeds, models and data tests as one multi-asset; its tests of severity error block what follows."""
    translator = RoomTranslator()
    manifest = read_manifest(workspace)
    key_of = {
        unique_id: translator.get_asset_key(node)
        for unique_id, node in {**manifest["nodes"], **manifest["sources"]}.items()
        if node["resource_type"] in ("model", "seed", "source")
    }

    @dbt_assets(
        manifest=project.manifest_path,
        project=project,
        dagster_dbt_translator=translator,
        exclude=f"resource_type:unit_test tag:{gate.IMPLIED_KEY}",
        name="transform",
    )
    def transform(context: dg.AssetExecutionContext, dbt: DbtCliResource) -> Iterator[Any]:
        build_id = builds.of_run(context.instance, context.run.run_id)
        builds.start(workspace, build_id)
        results = workspace.dbt_target / "run_results.json"
        results.unlink(missing_ok=True)
        invocation = dbt.cli(
            dbt_build_arguments(), context=context, target_path=workspace.dbt_target, raise_on_error=False
        )
        lineage = ColumnLineage(workspace, manifest, _stamp(workspace).read_text())
        for event in invocation.stream():
            yield _with_column_lineage(event, lineage, key_of)
        if lineage.unreadable:
            context.log.warning(f"No column lineage: sqlglot can't follow {', '.join(sorted(lineage.unreadable))}.")
        lineage.keep()
        layer = gate.record_dbt_results(workspace, build_id, results)
        if not invocation.is_successful():
            raise _failure(layer, invocation)

    return transform


def _with_column_lineage(event: Any, lineage: ColumnLineage, key_of: Mapping[str, dg.AssetKey]) -> Any:
    """An event of dbt; that of a model that was built, with the columns that its columns are made of."""
    model = str(event.metadata["unique_id"].value) if isinstance(event, dg.Output) else ""
    columns = lineage.of(model) if model.startswith("model.") else {}
    if not columns:
        return event
    found = dg.TableColumnLineage(
        {name: [dg.TableColumnDep(key_of[parent], one) for parent, one in parents] for name, parents in columns.items()}
    )
    # Dagster+ draws the first; the open-source UI shows nothing of it (1.13), so the same is there to read.
    lines = [
        f"| {name} | {', '.join('.'.join([parent.split('.')[-1], one]) for parent, one in parents) or 'no column'} |"
        for name, parents in columns.items()
    ]
    made_of = dg.MetadataValue.md("\n".join(["| column | is made of |", "| --- | --- |", *lines]))
    return event.with_metadata({**event.metadata, "dagster/column_lineage": found, "columns made of": made_of})


def _failure(layer: LayerRecord, invocation: DbtCliInvocation) -> Exception:
    """A data test that failed is the gate's word; anything else, a fault of the project or of dbt."""
    tests = [check for check in layer.failed if check.name.startswith("test.")]
    if tests and len(tests) == len(layer.failed):
        return GateError(f"dbt: {len(tests)} of {len(layer.checks)} checks failed; nothing was built on them.")
    if not layer.failed:
        return invocation.get_error() or dg.Failure("dbt failed before it built anything.", allow_retries=False)
    # What dbt says of a model that failed may quote a value; it stays in the log.
    models = ", ".join(check.table for check in layer.failed)
    return dg.Failure(f"dbt failed in {models}; what it said is in the run's log.", allow_retries=False)
