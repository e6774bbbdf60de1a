"""A publication that is swapped while others read it: no error, and nobody sees two builds at once."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import time
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
import readers

from orchestration.builds import Build
from orchestration.publish import store
from orchestration.publish.store import Publication
from orchestration.published_tables import PublishedColumn, PublishedTable

BUILDS = 10  # by turns
PATIENCE = 120  # seconds until the readers must have read again


def tables() -> tuple[PublishedTable, ...]:
    columns = (PublishedColumn("period_id", "Month.", True), PublishedColumn("build", "Build.", True))
    names = [name.split(".") for name in readers.TABLES]
    return tuple(PublishedTable(name, schema, "Made by hand.", columns, ("period_id",)) for schema, name in names)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> list[Publication]:
    """Builds as the production code writes them; each row of each table names its build."""
    folder = tmp_path_factory.mktemp("prepared")
    found = []
    for build_id in (f"20261125T051530Z-{number:08x}" for number in range(BUILDS)):
        build = Build(
            build_id=build_id,
            code_revision="test",
            as_of=date(2026, 11, 25),
            started_at=datetime.now(UTC),
            load_ids=(),
            rules_sha256="",
        )
        with store.owner_only(), duckdb.connect(":memory:") as source:
            for schema, name in (table.split(".") for table in readers.TABLES):
                source.execute(f"create schema if not exists {schema}")
                source.execute(
                    f"create table {schema}.{name} as"
                    f" select 'FY2026-M0' || (i % 3 + 1) as period_id, '{build_id}' as build from range(30) as rows (i)"
                )
            found.append(store.write(folder, source, tables(), build, checks=1))
    return found


def swap(folder: Path, prepared: list[Publication], number: int) -> None:
    """Puts one of them in place as publication `number`, makes it current, and removes the oldest."""
    publication = prepared[number % BUILDS]
    place = folder / "builds" / f"{number:08}"
    shutil.copytree(publication.folder, place, copy_function=os.link)
    store.make_current(folder, replace(publication, folder=place), keep_builds=3)


def wait_for_reads(counts: Any, more: int) -> None:
    """Until each reader has read so many times more: then none holds on to a build that is about to be removed."""
    wanted = [count + more for count in counts]
    until = time.monotonic() + PATIENCE
    while any(count < least for count, least in zip(counts, wanted, strict=True)):
        assert time.monotonic() < until, "the readers have stopped reading"
        time.sleep(0.001)


@pytest.mark.parametrize("swaps", [100, pytest.param(1_000, marks=pytest.mark.slow)])
def test_eight_readers_see_no_error_and_no_mixed_build_while_publications_are_swapped(
    prepared: list[Publication], tmp_path: Path, swaps: int
) -> None:
    kinds = [kind for kind in readers.KINDS for _ in range(2)]
    swap(tmp_path, prepared, 0)
    with readers.reading(multiprocessing.get_context("spawn"), tmp_path, kinds) as (counts, seen):
        wait_for_reads(counts, 1)
        for number in range(1, swaps + 1):
            swap(tmp_path, prepared, number)
            wait_for_reads(counts, 1)
    assert len(seen) == 8
    assert [one for one in seen if one.faults] == []
    for one in seen:
        assert one.reads > swaps
        assert len(one.builds) > 1 if one.kind == "held" else len(one.builds) == BUILDS, one
    assert len(list((tmp_path / "builds").iterdir())) == 3


def test_parquet_through_the_link_is_mixed_which_these_readers_notice(
    prepared: list[Publication], tmp_path: Path
) -> None:
    """Why docs/bi-analysts.md says to read current.txt first."""
    swap(tmp_path, prepared, 0)
    with readers.reading(multiprocessing.get_context("spawn"), tmp_path, list(readers.WRONG) * 2) as (counts, seen):
        for number in range(1, 101):
            wait_for_reads(counts, 1)
            swap(tmp_path, prepared, number)
    assert any(one.faults for one in seen)
