"""The one list of what Dagster runs for a workspace: assets, checks, job, schedule, sensor."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg

from orchestration import builds
from orchestration.ingest.assets import rules_asset, source_assets
from orchestration.ingest.load import landing_fingerprint
from orchestration.lineage import openlineage
from orchestration.publish.assets import postgres_assets, pseudonymised_assets, publication_assets
from orchestration.published_tables import PUBLIC
from orchestration.quality import gate
from orchestration.quality.checks import gate_checks
from orchestration.transform import dbt_cli, dbt_project, transform_assets
from orchestration.workspace import PROJECT_ROOT, Workspace

JOB = "build"


def workspace_definitions(workspace: Workspace) -> dg.Definitions:
    """Everything for one workspace. The job `build` is one build: ingest, raw gate, dbt, marts gate, publication."""
    project = dbt_project(workspace)
    ingest = [source_assets(workspace, source) for source in workspace.sources]
    landed = [key for definition in ingest for key in definition.keys]
    transform = transform_assets(workspace, project)
    marts = [key for key in transform.keys if key.path[-1].startswith(PUBLIC)]
    checks = gate.checks(workspace)
    lineage_hooks, lineage_resources = openlineage.in_dagster(workspace)
    job = dg.define_asset_job(
        JOB,
        selection=dg.AssetSelection.all(),
        executor_def=dg.in_process_executor,  # one process on the warehouse: while one writes, no other can even read
        hooks={remember_failure(workspace), *lineage_hooks},
        description="One build: ingest, raw gate, dbt, marts gate, publication.",
    )
    return dg.Definitions(
        assets=[
            rules_asset(workspace),
            *ingest,
            transform,
            publication_assets(workspace, marts),
            *pseudonymised_assets(workspace),
            *postgres_assets(workspace),
        ],
        asset_checks=[
            gate_checks(workspace, "raw", [one for one in checks if one.layer == "raw"], landed, gate.run_raw_gate),
            gate_checks(
                workspace, "marts", [one for one in checks if one.layer == "marts"], marts, gate.run_marts_gate
            ),
        ],
        jobs=[job],
        schedules=[
            dg.ScheduleDefinition(
                name="daily_build",
                job=job,
                cron_schedule=workspace.settings.schedule.cron,
                execution_timezone=workspace.settings.schedule.timezone,
            )
        ],
        sensors=[new_landing_files(workspace, job)],
        resources={"dbt": dbt_cli(project), **lineage_resources},
    )


def new_landing_files(workspace: Workspace, job: dg.UnresolvedAssetJobDefinition) -> dg.SensorDefinition:
    """Starts a build when a landing file is new, changed or gone; one build for each state of the landing folders."""

    @dg.sensor(name="new_landing_files", job=job, minimum_interval_seconds=60)
    def landing_sensor(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        state = landing_fingerprint(workspace)
        if state == context.cursor:
            return dg.SkipReason("No landing file has changed since the last build.")
        return dg.SensorResult(run_requests=[dg.RunRequest(run_key=state)], cursor=state)

    return landing_sensor


def remember_failure(workspace: Workspace) -> dg.HookDefinition:
    """On a failed step: what failed and why, kept where `quotaline status` finds it."""

    @dg.failure_hook(name="remember_failure")
    def hook(context: dg.HookContext) -> None:
        failed_at = datetime.now(UTC).isoformat(timespec="seconds")
        note = {"at": failed_at, "run_id": context.run_id, "step": context.op.name, "error": str(context.op_exception)}
        builds.replace_text(workspace.last_failure, json.dumps(note))

    return hook


@dg.definitions
def defs() -> dg.Definitions:
    """What `dagster dev -m orchestration.definitions` loads: the workspace in QUOTALINE_WORKSPACE, else the demo."""
    os.umask(0o077)  # as the command line does
    return workspace_definitions(Workspace.open(Path(os.environ.get("QUOTALINE_WORKSPACE", PROJECT_ROOT))))
