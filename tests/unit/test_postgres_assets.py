"""PostgreSQL among the assets: only where it is configured, and only with its packages."""

from __future__ import annotations

import sys
from pathlib import Path

import dagster as dg
import pytest

import orchestration.publish
from orchestration.problems import UserError
from orchestration.publish.assets import postgres_assets
from orchestration.workspace import PostgresSettings, PublishSettings, Workspace, WorkspaceSettings


def workspace_with(root: Path, settings: PostgresSettings | None) -> Workspace:
    return Workspace(root, WorkspaceSettings(version=1, name="Acme", publish=PublishSettings(postgres=settings)))


def test_postgresql_follows_the_files_where_it_is_configured(tmp_path: Path) -> None:
    assert postgres_assets(workspace_with(tmp_path, None)) == []
    [asset] = postgres_assets(workspace_with(tmp_path, PostgresSettings(database="sales", user="ql_publisher")))
    assert asset.asset_deps == {dg.AssetKey("published_postgres"): {dg.AssetKey("published_duckdb")}}


@pytest.mark.parametrize("package", ["psycopg", "adbc_driver_postgresql"])
def test_a_missing_package_is_told_before_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, package: str
) -> None:
    for name in [name for name in sys.modules if name.startswith(("orchestration.publish.postgres", package))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delattr(orchestration.publish, "postgres", raising=False)
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(UserError) as refused:
        postgres_assets(workspace_with(tmp_path, PostgresSettings(database="sales", user="ql_publisher")))
    assert f"needs the package {package}" in str(refused.value)
    assert "pip install 'quotaline[postgres]'" in str(refused.value)
