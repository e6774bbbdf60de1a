"""The gate as Dagster asset checks that block: the raw suite before dbt, the rooms' suites before publication."""

# No `from __future__ import annotations` here: Dagster reads the context's annotation and needs the class itself.

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import dagster as dg

from orchestration import builds
from orchestration.builds import CheckResult, LayerRecord
from orchestration.quality import data_docs
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
        build_id = builds.of_run(context.instance, context.run.run_id)
        record = run(workspace, build_id)
        docs = dg.MetadataValue.path(str(data_docs.index_of(workspace, build_id, layer)))
        for table in names:
            results = [check for check in record.checks if check.table == table]
            broken = [check for check in results if not check.passed]
            is_whole = len(results) == len(names[table])
            blocks = not is_whole or any(check.verdict == "failed" for check in broken)
            yield dg.AssetCheckResult(
                asset_key=key_of[table],
                check_name=f"gate_{layer}",
                passed=is_whole and not broken,
                severity=dg.AssetCheckSeverity.WARN if broken and not blocks else dg.AssetCheckSeverity.ERROR,
                metadata={"checks": len(results), "data docs": docs, **_broken(broken)},
            )

    return gate_layer


def _broken(broken: Sequence[CheckResult]) -> dict[str, dg.MetadataValue]:
    """By verdict, the checks that did not hold and the keys of their rows; no values: these are records of runs, not
    of pay."""
    by_verdict: dict[str, dict[str, Any]] = {}
    for check in broken:
        said: dict[str, Any] = {"rows": check.unexpected_count, "keys": list(check.failing_rows)}
        if check.verdict == "waived" and check.waiver:
            said["waiver"] = check.waiver.model_dump(mode="json")
        by_verdict.setdefault(check.verdict, {})[check.name] = said
    return {verdict: dg.MetadataValue.json(checks) for verdict, checks in by_verdict.items()}
