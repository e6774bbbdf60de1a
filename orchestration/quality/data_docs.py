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
STYLE = Path(__file__).with_name("data_docs.css")


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
        shutil.rmtree(folder / "static")  # pictures and styles of what is taken out
        for page in folder.rglob("*.html"):
            page.write_text(_keep_to_itself(page.read_text(encoding="utf-8")), encoding="utf-8")
        _write_index(folder, results)
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


def _keep_to_itself(page: str) -> str:
    """A page without scripts, styles and pictures from other machines: those who serve them could change it, and would
    learn when it is read; a server without a way out would show it bare."""
    page = re.sub(r"<script.*?</script>|<footer.*?</footer>", "", page, flags=re.DOTALL)
    page = re.sub(r"<link[^>]*>|<img[^>]*>", "", page)
    page = re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL)
    page = re.sub(r"<a href=\"[^\"]*/expectations/[^\"]*\" *>(.*?)</a>", r"\1", page)  # no pages of those are made
    return page.replace("</head>", f"<style>\n{STYLE.read_text(encoding='utf-8')}</style>\n</head>")


def _write_index(folder: Path, results: Mapping[str, Sequence[Any]]) -> None:
    """A row a room. Great Expectations' own index is a script's."""
    rows = "".join(_row(folder, suite, found) for suite, found in results.items())
    page = f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="UTF-8"><title>The gate, check by check</title>
</head><body><h1>The gate, check by check</h1>
<table><tr><th></th><th>Suite</th><th>Checks</th><th>Failed</th></tr>
{rows}</table></body></html>
"""
    (folder / "index.html").write_text(_keep_to_itself(page), encoding="utf-8")


def _row(folder: Path, suite: str, found: Sequence[Any]) -> str:
    failed = sum(not one.success for one in found)
    (page,) = (folder / "validations" / suite).rglob("*.html")
    mark = "text-danger" if failed else "text-success"
    link = f'<a href="{page.relative_to(folder).as_posix()}">{suite}</a>'
    return f'<tr><td><i class="{mark}"></i></td><td>{link}</td><td>{len(found)}</td><td>{failed or ""}</td></tr>\n'


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
