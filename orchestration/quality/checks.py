"""The gate as Dagster asset checks that block: the raw suite before dbt, the marts suite before publication."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import dagster as dg

from orchestration import builds
from orchestration.quality import gate
from orchestration.workspace import Workspace


def gate_checks(
    workspace: Workspace, layer: str, asset_keys: dict[str, dg.AssetKey], run: Callable[[Workspace, str], Any]
) -> dg.AssetChecksDefinition:
    """One blocking check for each declared check of a layer; asset_keys: the asset that each table of the layer is."""
    declared = [check for check in gate.checks(workspace) if check.layer == layer]
    specs = [dg.AssetCheckSpec(check.name, asset=asset_keys[check.table], blocking=True) for check in declared]

    @dg.multi_asset_check(name=f"gate_{layer}", specs=specs)
    def gate_layer(context: dg.AssetCheckExecutionContext) -> Iterator[dg.AssetCheckResult]:
        record = run(workspace, builds.build_id(context.op_execution_context))
        for check in record.checks:
            yield dg.AssetCheckResult(
                asset_key=asset_keys[check.table],
                check_name=check.name,
                passed=check.passed,
                severity=dg.AssetCheckSeverity.ERROR,
                metadata={"unexpected": check.unexpected_count, "rows": dg.MetadataValue.json(check.failing_rows)},
            )

    return gate_layer


def keys_of(assets: Sequence[dg.AssetsDefinition]) -> dict[str, dg.AssetKey]:
    """Asset keys by `schema.table`-like path, for tables of raw, and by model name for marts."""
    return {".".join(key.path): key for definition in assets for key in definition.keys}
