"""Great Expectations' own pages on a gate: one a room, each check with what was found; no values of rows."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from orchestration.builds import Layer
from orchestration.workspace import Workspace

KEPT_BUILDS = 5
FOLDER = "data_docs"


def index_of(workspace: Workspace, build_id: str, layer: Layer) -> Path:
    """The page to start from."""
    return workspace.build_records / build_id / FOLDER / layer / "index.html"


def build(folder: Path, results: Mapping[str, Sequence[Any]]) -> None:
    """Writes the site into a folder, for its owner to read. results: by suite, those of Great Expectations."""
    import great_expectations as gx  # late: takes seconds

    before = os.umask(0o077)
    try:
        shutil.rmtree(folder, ignore_errors=True)
        context: Any = gx.get_context(mode="ephemeral")
        context.variables.progress_bars = {"globally": False}
        context.add_data_docs_site(site_name=FOLDER, site_config=_site(folder))
        at = datetime.now(UTC)
        for suite, found in results.items():
            _store(context, suite, found, at)
        context.build_data_docs(site_names=[FOLDER])
        _take_out(folder)
    finally:
        os.umask(before)


def remove_old(workspace: Workspace) -> None:
    """The pages of all but the newest builds; the records stay."""
    sites = sorted(workspace.build_records.glob(f"*/{FOLDER}"), reverse=True)
    for site in sites[KEPT_BUILDS:]:
        shutil.rmtree(site)


def _site(folder: Path) -> dict[str, Any]:
    return {
        "class_name": "SiteBuilder",
        "show_how_to_buttons": False,
        "store_backend": {"class_name": "TupleFilesystemStoreBackend", "base_directory": str(folder)},
        "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"},
        # Verdicts only: a suite's page says nothing that its verdict's doesn't.
        "site_section_builders": {
            "expectations": "none",
            "profiling": "none",
            "validations": {"class_name": "DefaultSiteSectionBuilder", "source_store_name": "validation_results_store"},
        },
    }


def _take_out(folder: Path) -> None:
    """What nobody asked for: pictures of how to write expectations, 3 MB that nothing shows; and pictures fetched from
    the vendor, who would learn when a page is read and when its build was."""
    for picture in (folder / "static" / "images").glob("*.gif"):
        picture.unlink()
    for page in folder.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        page.write_text(re.sub(r"""https://great-expectations-web-assets[^"')]*""", "", text), encoding="utf-8")


def _store(context: Any, suite: str, found: Sequence[Any], at: datetime) -> None:
    """A room's verdicts as one result: Great Expectations would write a page for each query that was checked."""
    from great_expectations.core.expectation_validation_result import ExpectationSuiteValidationResult
    from great_expectations.core.run_identifier import RunIdentifier
    from great_expectations.data_context.types.resource_identifiers import (
        ExpectationSuiteIdentifier,
        ValidationResultIdentifier,
    )

    run = RunIdentifier(run_name="gate", run_time=at)
    good = sum(bool(one.success) for one in found)
    result = ExpectationSuiteValidationResult(
        success=good == len(found),
        results=list(found),
        suite_name=suite,
        statistics={
            "evaluated_expectations": len(found),
            "successful_expectations": good,
            "unsuccessful_expectations": len(found) - good,
            "success_percent": 100 * good / len(found),
        },
        meta={"run_id": run, "validation_time": at.isoformat(), "batch_kwargs": {}, "active_batch_definition": {}},
    )
    key = ValidationResultIdentifier(
        expectation_suite_identifier=ExpectationSuiteIdentifier(suite), run_id=run, batch_identifier="warehouse"
    )
    context.validation_results_store.set(key, result)
