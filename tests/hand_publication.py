"""A local publication written by hand, for what reads one: four workers, each figure is the number of the build."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb

from orchestration.publish.duckdb_file import DATABASE
from orchestration.workspace import PostgresSettings, PublishSettings, Workspace, WorkspaceSettings

# top leads mia, mia leads ann and bob; zoe is in finance and in no line.
WORKERS = "('top', null), ('mia', 'top'), ('ann', 'mia'), ('bob', 'mia'), ('zoe', null)"
MONTHS = 2
ACCESS = {
    "dim_workers": "worker",
    "dim_periods": "everyone",
    "rpt_pay": "worker",
    "rpt_lines": "worker",
    "rpt_cost": "finance",
}
LOGINS = "login,worker_id\ntop,top\nmia,mia\nann,ann\nbob,bob\n"


def workspace_in(root: Path, settings: PostgresSettings | None = None) -> Workspace:
    """A workspace that holds nothing but its publication, dbt's manifest and the file of logins."""
    root.mkdir(parents=True, exist_ok=True)
    workspace = Workspace(
        root, WorkspaceSettings(version=1, name="By hand", publish=PublishSettings(postgres=settings))
    )
    (root / "access.csv").write_text(LOGINS, encoding="utf-8")
    write_access(workspace, ACCESS)
    return workspace


def write_access(workspace: Workspace, access: dict[str, str]) -> None:
    """dbt's manifest, as far as it says who reads what."""
    nodes = {
        name: {
            "resource_type": "model",
            "name": name,
            "schema": "any",
            "description": "",
            "columns": {},
            "config": {"meta": {"grain": ["line_id"] if name == "rpt_lines" else ["worker_id"], "access": value}},
        }
        for name, value in access.items()
    }
    workspace.dbt_target.mkdir(parents=True, exist_ok=True)
    (workspace.dbt_target / "manifest.json").write_text(json.dumps({"nodes": nodes}), encoding="utf-8")


def write_publication(workspace: Workspace, build: int, more: str = "") -> None:
    """Publishes build number `build` to the workspace's folder. more: further statements on its database."""
    folder = workspace.published / "builds" / f"build-{build}"
    folder.mkdir(parents=True)
    with duckdb.connect(str(folder / DATABASE)) as connection:
        connection.execute(
            f"""
            create schema marts; create schema reporting;
            create table marts.dim_workers
                (worker_id text not null, manager_worker_id text, termination_date date, build integer);
            insert into marts.dim_workers
            select worker_id, manager, null, {build} from (values {WORKERS}) as workers (worker_id, manager);
            create table marts.dim_periods as select 'FY2026-M01' as period_id, {build} as build;
            create table reporting.rpt_pay (worker_id text, period_id text, amount decimal(18,2), build integer);
            insert into reporting.rpt_pay
            select worker_id, 'FY2026-M0' || month, {build} + month / 100, {build}
            from marts.dim_workers, range(1, {MONTHS} + 1) as months (month) where worker_id <> 'zoe';
            create table reporting.rpt_lines as
            select worker_id || month as line_id, worker_id, {build} as build
            from marts.dim_workers, range(1, {MONTHS} + 1) as months (month) where worker_id <> 'zoe';
            create table reporting.rpt_cost as
            select 'FY2026-M01' as period_id, 1000.00::decimal(18,2) as cost, {build} as build;
            comment on table reporting.rpt_pay is 'What people''s pay is; one row per worker and month.';
            comment on column reporting.rpt_pay.amount is 'Amount; in USD.';
            create table publication as
            select 'build-{build}' as build_id, date '2026-02-28' as as_of, 5 as tables, 22::bigint as rows;
            {more}
            """
        )
    following = workspace.published / "current.next"
    following.symlink_to(Path("builds") / folder.name)
    following.replace(workspace.published / "current")
