"""The gate as Dagster asset checks that block: the raw suite before dbt, the marts suite before publication."""

# No `from __future__ import annotations` here: Dagster reads the context's annotation and needs the class itself.

from collections.abc import Callable, Iterable, Iterator, Sequence

import dagster as dg

from orchestration import builds
from orchestration.builds import LayerRecord
from orchestration.quality.suite import Check
from orchestration.workspace import Workspace


def gate_checks(
    workspace: Workspace,
    layer: builds.Layer,
    declared: Sequence[Check],
    assets: Iterable[dg.AssetKey],
    run: Callable[[Workspace, str], LayerRecord],
) -> dg.AssetChecksDefinition:
    """One blocking check for each table that a layer's suite is about; run: runs the suite.

    Not one for each of some 300 checks: Dagster's records of them took longer than the checks (20 ms each, 2026-11-25).
    """
    key_of = {".".join(key.path): key for key in assets}
    names: dict[str, list[str]] = {}
    for check in declared:
        names.setdefault(check.table, []).append(check.name)
    specs = [
        dg.AssetCheckSpec(f"gate_{layer}", asset=key_of[table], blocking=True, description=", ".join(of_table))
        for table, of_table in names.items()
    ]

    @dg.multi_asset_check(name=f"gate_{layer}", specs=specs)
    def gate_layer(context: dg.AssetCheckExecutionContext) -> Iterator[dg.AssetCheckResult]:
        record = run(workspace, builds.of_run(context.instance, context.run.run_id))
        for table in names:
            checks = [check for check in record.checks if check.table == table]
            failed = {check.name: list(check.failing_rows) for check in checks if not check.passed}
            yield dg.AssetCheckResult(
                asset_key=key_of[table],
                check_name=f"gate_{layer}",
                passed=len(checks) == len(names[table]) and not failed,
                severity=dg.AssetCheckSeverity.ERROR,
                metadata={"checks": len(checks), "failed": dg.MetadataValue.json(failed)},
            )

    return gate_layer
