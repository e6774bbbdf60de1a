"""The one list of what Dagster runs for a workspace: assets, checks, job, schedule, sensor."""

from __future__ import annotations

import json
import os
from pathlib import Path

import dagster as dg
from dagster_dbt import DbtCliResource

from orchestration.ingest.assets import rules_asset, source_assets
from orchestration.ingest.load import landing_fingerprint
from orchestration.publish.assets import publication_assets
from orchestration.quality.checks import gate_checks, keys_of
from orchestration.quality.gate import run_marts_gate, run_raw_gate
from orchestration.transform import dbt_project, transform_assets
from orchestration.workspace import PROJECT_ROOT, Workspace

JOB = "build"


def workspace_definitions(workspace: Workspace) -> dg.Definitions:
    """Everything for one workspace. The job `build` is one build: ingest, raw gate, dbt, marts gate, publication."""
    project = dbt_project(workspace)
    ingest = [source_assets(workspace, source) for source in workspace.sources]
    transform = transform_assets(workspace, project)
    marts = [key for key in transform.keys if key.path[-1].startswith(("dim_", "fct_", "rpt_"))]
    job = dg.define_asset_job(
        JOB,
        selection=dg.AssetSelection.all(),
        executor_def=dg.in_process_executor,  # one process on the warehouse: while one writes, no other can even read
        hooks={remember_failure(workspace)},
        description="One build: ingest, raw gate, dbt, marts gate, publication.",
    )
    return dg.Definitions(
        assets=[rules_asset(workspace), *ingest, transform, publication_assets(workspace, marts)],
        asset_checks=[
            gate_checks(workspace, "raw", keys_of(ingest), run_raw_gate),
            gate_checks(workspace, "marts", {key.path[-1]: key for key in marts}, run_marts_gate),
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
        resources={"dbt": DbtCliResource(project_dir=project)},
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
        note = {"run_id": context.run_id, "step": context.step_key, "error": str(context.op_exception)}
        (workspace.state / "last_failure.json").write_text(json.dumps(note))

    return hook


defs = workspace_definitions(Workspace.open(Path(os.environ.get("QUOTALINE_WORKSPACE", PROJECT_ROOT))))
