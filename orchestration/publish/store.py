"""The published store: one folder a build, complete and closed, and a link that flips to it last (docs/decisions/0009).

    published/builds/<build id>/quotaline.duckdb, <table>/…parquet, manifest.json, quotaline.hyper if asked for
    published/current -> builds/<build id>,  published/current.txt with the build id

A reader opens the build that was current when it looked, whole; it resolves the link once, or reads current.txt.
"""

from __future__ import annotations

import json
import os
import shutil
import stat
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from orchestration import builds
from orchestration.builds import Build
from orchestration.problems import GateError, Problem, UserError
from orchestration.publish import gate_results
from orchestration.publish.duckdb_file import DATABASE, finish, write_tables
from orchestration.publish.hyper import HYPER, require_installed, write_hyper
from orchestration.publish.parquet import write_parquet
from orchestration.published_tables import PublishedTable, published_tables, read_manifest
from orchestration.quality import gate
from orchestration.workspace import Workspace

UNFINISHED = ".unfinished"


@dataclass(frozen=True)
class Publication:
    """One publication. folder: where it lies. rows: how many by table. checks: how many the gate passed."""

    build: Build
    folder: Path
    rows: dict[str, int]
    checks: int
    published_at: datetime

    def facts(self) -> dict[str, Any]:
        """The row of the table `publication`."""
        return {
            "build_id": self.build.build_id,
            "code_revision": self.build.code_revision,
            "as_of": self.build.as_of,
            "started_at": self.build.started_at.replace(tzinfo=None),
            "published_at": self.published_at.replace(tzinfo=None),
            "load_ids": ", ".join(self.build.load_ids),
            "rules_sha256": self.build.rules_sha256,
            "checks": self.checks,
            "tables": len(self.rows),
            "rows": sum(self.rows.values()),
        }

    def metadata(self) -> dict[str, Any]:
        """What Dagster shows of it."""
        return {
            "build_id": self.build.build_id,
            "tables": len(self.rows),
            "dagster/row_count": sum(self.rows.values()),
            "checks": self.checks,
            "path": str(self.folder),
        }


def publish(workspace: Workspace) -> Publication:
    """Publishes the build in the warehouse. Raises GateError, and changes nothing, if its gate isn't green."""
    asked, store = workspace.settings.publish, workspace.published
    if asked.hyper:
        require_installed()
    with owner_only(), builds.connect(workspace, read_only=True) as warehouse:
        build = builds.in_warehouse(warehouse)
        if build is None:
            problem = Problem("warehouse", "names no build", "run the whole build: quotaline run")
            raise GateError("There is no build to publish:", [problem])
        verdicts = gate_results.facts(gate.require_green(workspace, build))
        remove_leftovers(store)
        publication = published_before(store, build)
        if publication is None or (asked.hyper and not (publication.folder / HYPER).is_file()):
            tables = published_tables(read_manifest(workspace))
            passed = sum(one["verdict"] == "passed" for one in verdicts)
            publication = write(store, warehouse, tables, build, passed, verdicts, hyper=asked.hyper)
        make_current(store, publication, asked.keep_builds)
    return publication


@contextmanager
def owner_only() -> Iterator[None]:
    """What is written meanwhile is its owner's alone to read, from the first byte on."""
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)


@contextmanager
def open_publication(workspace: Workspace) -> Iterator[duckdb.DuckDBPyConnection]:
    """The current publication, read-only, and the same one to the end.

    Raises UserError if nothing is published, or if it lacks a table or column that this revision asks for.
    """
    path = Path(os.path.realpath(workspace.published / "current")) / DATABASE
    if not path.is_file():
        problem = Problem("published", "holds no publication yet", "run: quotaline run")
        raise UserError(f"Nothing is published in {workspace.root}.", [problem])
    connection = duckdb.connect(str(path), read_only=True, config={"temp_directory": str(workspace.state / "tmp")})
    try:
        yield connection
    except (duckdb.CatalogException, duckdb.BinderException) as error:
        problem = Problem("published", "was made by another revision of Quotaline", "run: quotaline run")
        raise UserError("What is published has not what was asked for.", [problem]) from error
    finally:
        connection.close()


def rows(connection: duckdb.DuckDBPyConnection, query: str, values: list[Any] | None = None) -> list[dict[str, Any]]:
    """The rows of a query by column name, money as Decimal."""
    cursor = connection.execute(query, values or [])
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


# Writing


def write(
    store: Path,
    source: duckdb.DuckDBPyConnection,
    tables: tuple[PublishedTable, ...],
    build: Build,
    checks: int,
    verdicts: Sequence[Mapping[str, Any]] = (),
    hyper: bool = False,
    also_said: Mapping[str, str] | None = None,
) -> Publication:
    """A build's whole folder, under a name that no reader looks at until it is complete; filled from the tables in the
    current database of `source`. verdicts: what the gate said, check by check. also_said: what stands in manifest.json
    beside."""
    folder = _free_folder(store, build)
    unfinished = folder.with_name(folder.name + UNFINISHED)
    unfinished.mkdir(parents=True)
    published_at = datetime.now(UTC)
    rows = write_tables(source, unfinished / DATABASE, tables)
    publication = Publication(build, folder, rows, checks, published_at)
    finish(unfinished / DATABASE, publication.facts(), verdicts, rows)
    write_parquet(unfinished, unfinished / DATABASE, tables)
    if hyper:
        write_hyper(unfinished, unfinished / DATABASE, tables)
    text = json.dumps(_manifest(publication, verdicts, unfinished) | dict(also_said or {}), indent=2, default=str)
    (unfinished / "manifest.json").write_text(text + "\n", encoding="utf-8")
    for path in unfinished.rglob("*"):
        if path.is_file():
            path.chmod(stat.S_IRUSR)  # a reader that forgets read_only fails at once, instead of shutting others out
    unfinished.rename(folder)
    return publication


def published_before(store: Path, build: Build) -> Publication | None:
    """This very build's latest publication, if there is one: a folder without .unfinished is complete."""
    folders = _folders(store, build)
    if not folders:
        return None
    said = json.loads((folders[-1] / "manifest.json").read_bytes())
    return Publication(build, folders[-1], said["rows"], said["checks"], datetime.fromisoformat(said["published_at"]))


def _folders(store: Path, build: Build) -> list[Path]:
    """Where a build is published, the latest last: <build id>, and <build id>.2, … where more was asked for later."""
    found = (store / "builds").glob(f"{build.build_id}*")
    return sorted(found, key=_turn)


def _free_folder(store: Path, build: Build) -> Path:
    """Nothing is ever added to a folder that readers may have open."""
    before = _folders(store, build)
    name = f"{build.build_id}.{_turn(before[-1]) + 1}" if before else build.build_id
    return store / "builds" / name


def _turn(folder: Path) -> int:
    return int(folder.suffix[1:] or 1)


def _manifest(publication: Publication, verdicts: Sequence[Mapping[str, Any]], folder: Path) -> dict[str, Any]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {
        **publication.build.model_dump(),
        "published_at": publication.published_at,
        "checks": publication.checks,
        "checks_not_passed": [dict(one) for one in verdicts if one["verdict"] != "passed"],
        "rows": publication.rows,
        "files": {path.relative_to(folder).as_posix(): path.stat().st_size for path in sorted(files)},
    }


# Which build is current


def make_current(store: Path, publication: Publication, keep_builds: int) -> None:
    """Readers that look from now on see this publication; older ones than those kept are removed."""
    _flip(store, publication.folder.name)
    _remove_old(store, keep_builds)


def _flip(store: Path, build_id: str) -> None:
    """Makes a build the current one: each of the two pointers is replaced in one step."""
    following = store / "current.next"
    following.unlink(missing_ok=True)
    following.symlink_to(Path("builds") / build_id)
    following.replace(store / "current")
    builds.replace_text(store / "current.txt", build_id + "\n")


def remove_leftovers(store: Path) -> None:
    """What interrupted publications left: no reader has ever seen it."""
    for path in (store / "builds").glob(f"*{UNFINISHED}"):
        shutil.rmtree(path)
    for name in ("current.next", "current.txt.next"):
        (store / name).unlink(missing_ok=True)


def _remove_old(store: Path, keep_builds: int) -> None:
    """All but the newest builds; readers of the one before still have their files."""
    current = Path(os.path.realpath(store / "current"))
    others = sorted((path for path in (store / "builds").iterdir() if path != current), reverse=True)
    for path in others[keep_builds - 1 :]:
        shutil.rmtree(path)
