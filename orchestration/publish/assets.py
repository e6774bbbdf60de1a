"""Publications as Dagster assets: made of one gated build, swapped in whole, or left as they were."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import dagster as dg

from orchestration.publish import store
from orchestration.workspace import Workspace


def publication_assets(workspace: Workspace, marts: Sequence[dg.AssetKey]) -> dg.AssetsDefinition:
    """The published store: one DuckDB file, and Parquet by period, behind one link that flips last."""
    specs = [
        dg.AssetSpec("published_duckdb", deps=marts, group_name="publish", kinds={"duckdb"},
                     description="The marts and reporting tables as one DuckDB file."),
        dg.AssetSpec("published_parquet", deps=marts, group_name="publish", kinds={"parquet"},
                     description="The marts and reporting tables as Parquet, a folder a period."),
    ]  # fmt: skip

    @dg.multi_asset(name="publish", specs=specs)
    def publish() -> Iterator[dg.MaterializeResult[None]]:
        publication = store.publish(workspace)
        for spec in specs:
            yield dg.MaterializeResult(asset_key=spec.key, metadata=publication.metadata())

    return publish
