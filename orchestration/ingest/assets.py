"""The ingested tables as Dagster assets: one a table, loaded by one dlt run a source."""

# No `from __future__ import annotations` here: Dagster reads the context's annotation and needs the class itself.

from collections.abc import Iterator

import dagster as dg

from orchestration.ingest import contract, load, rules
from orchestration.ledger.verify import require_whole
from orchestration.run_lock import stay_alone_in
from orchestration.workspace import Workspace


def rules_asset(workspace: Workspace) -> dg.AssetsDefinition:
    """The company's rules, checked whole and copied to where dbt reads them."""

    @dg.asset(key="rules", group_name="rules", kinds={"csv"})
    def read_rules() -> dg.MaterializeResult[None]:
        """Plans, tiers, credit and territory rules: refused in one list if a row is wrong, else copied for dbt."""
        stay_alone_in(workspace)
        copy = rules.read_rules(workspace)
        sha256 = dg.MetadataValue.json(copy.files)
        return dg.MaterializeResult(
            metadata={"rows": sum(copy.rows.values()), "files": len(copy.files), "sha256": sha256}
        )

    return read_rules


def source_assets(workspace: Workspace, source: str) -> dg.AssetsDefinition:
    """Each table of a source as an asset `raw_<source>/<table>`: new and changed files load, bad rows don't."""
    tables = contract.read_source_contract(source).tables
    specs = [
        dg.AssetSpec(
            key=[f"raw_{source}", table.name],
            group_name="ingest",
            description=table.description,
            kinds={"dlt"},
            metadata={"dagster/column_schema": _column_schema(table)},
        )
        for table in tables
    ]

    @dg.multi_asset(name=f"ingest_{source}", specs=specs)
    def ingest_source(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[None]]:
        stay_alone_in(workspace)
        if source == "ledger":
            require_whole(workspace)
        report = load.ingest(workspace, source)
        for note in report.notes:
            context.log.warning(note)
        for place, table in enumerate(report.tables):
            metadata = table.metadata()
            if place == 0 and report.notes:  # of the source as a whole
                metadata["notes"] = "\n".join([*report.notes, *table.notes])
            yield dg.MaterializeResult(asset_key=[f"raw_{source}", table.table], metadata=metadata)

    return ingest_source


def _column_schema(table: contract.TableContract) -> dg.TableSchema:
    return dg.TableSchema(
        columns=[
            dg.TableColumn(column.name, column.data_type, description=column.description) for column in table.columns
        ]
    )
