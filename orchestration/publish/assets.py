"""Publications as Dagster assets: made of one gated build, swapped in whole, or left as they were."""

# No `from __future__ import annotations` here: Dagster reads the context's annotation and needs the class itself.

from collections.abc import Iterator, Sequence
from typing import Any

import dagster as dg

from orchestration.problems import Problem, UserError
from orchestration.publish import hyper, pseudonymised, store
from orchestration.workspace import Workspace


def publication_assets(workspace: Workspace, marts: Sequence[dg.AssetKey]) -> dg.AssetsDefinition:
    """The published store: one DuckDB file, and Parquet by period, behind one link that flips last.

    Raises UserError at once, not at the end of a run, if a package is missing that the settings need.
    """
    kinds = {"duckdb": "one DuckDB file", "parquet": "Parquet, a folder a month"}
    if workspace.settings.publish.hyper:
        hyper.require_installed()
        kinds["hyper"] = "a Tableau Hyper file"
    specs = [
        dg.AssetSpec(
            f"published_{kind}",
            deps=marts,
            group_name="publish",
            kinds={kind},
            description=f"The marts and reporting tables as {what}, of one gated build.",
        )
        for kind, what in kinds.items()
    ]

    @dg.multi_asset(name="publish", specs=specs)
    def publish() -> Iterator[dg.MaterializeResult[None]]:
        publication = store.publish(workspace)
        for spec in specs:
            yield dg.MaterializeResult(asset_key=spec.key, metadata=publication.metadata())

    return publish


def publish_everywhere(workspace: Workspace) -> Iterator[str]:
    """Publishes the build in the warehouse to every target that quotaline.toml names; says what was done where.

    Raises GateError or UserError at the first that can't be; what was published before it stays.
    """
    publication = store.publish(workspace)
    yield f"Published build {publication.build.build_id}: {publication.folder}"
    if workspace.settings.publish.pseudonymised:
        yield f"Without names: {pseudonymised.publish(workspace).folder}"
    if settings := workspace.settings.publish.postgres:
        postgres = _postgres()
        done = postgres.publish(workspace, settings)
        yield f"PostgreSQL: {f'{done.tables} tables' if done.tables else 'this build, for the same people, was there'}"
        yield from (f"Note: {note}" for note in done.notes)


def _postgres() -> Any:
    """The module for PostgreSQL. Raises UserError if a package is missing that it needs."""
    try:
        from orchestration.publish import postgres
    except ModuleNotFoundError as error:
        remedy = "pip install 'quotaline[postgres]' (or take [publish.postgres] out of quotaline.toml)"
        problem = Problem("publish.postgres", f"needs the package {error.name}", remedy)
        raise UserError("A package for PostgreSQL is missing.", [problem]) from None
    return postgres


def pseudonymised_assets(workspace: Workspace) -> list[dg.AssetsDefinition]:
    """The copy without names, where quotaline.toml asks for one; made of what is published, after it."""
    if workspace.settings.publish.pseudonymised is None:
        return []

    @dg.asset(
        deps=["published_duckdb"],
        group_name="publish",
        kinds={"duckdb", "parquet"},
        description="The current publication in a store of its own, names and ids of people replaced by keyed hashes.",
    )
    def published_pseudonymised() -> dg.MaterializeResult[None]:
        return dg.MaterializeResult(metadata=pseudonymised.publish(workspace).metadata())

    return [published_pseudonymised]


def postgres_assets(workspace: Workspace) -> list[dg.AssetsDefinition]:
    """The current publication in PostgreSQL, where quotaline.toml asks for it.

    Raises UserError at once, not at the end of a run, if a package is missing that this needs.
    """
    settings = workspace.settings.publish.postgres
    if settings is None:
        return []
    postgres = _postgres()

    @dg.asset(
        deps=["published_duckdb"],
        group_name="publish",
        kinds={"postgres"},
        description="The current publication in PostgreSQL: payees see their own rows, managers their whole tree.",
    )
    def published_postgres(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        publication = postgres.publish(workspace, settings)
        for note in publication.notes:
            context.log.warning(note)
        return dg.MaterializeResult(metadata=publication.metadata())

    return [published_postgres]
