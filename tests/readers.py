"""Processes that read a published store over and over, as BI tools and scripts do, and note what they must not see."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

TABLES = ("marts.dim_made", "reporting.rpt_first", "reporting.rpt_second")
HELD_FOR = 10  # queries
_OF_EACH = " union all ".join(f"select build from {{0}}{table}" for table in TABLES)
IN_DATABASE = f"select distinct build from ({_OF_EACH} union all select build_id from {{0}}publication)"
_PARQUET = " union all ".join(
    f"select build from read_parquet(getvariable('folder') || '/{table.split('.')[1]}/**/*.parquet')"
    for table in TABLES
)


@dataclass
class Seen:
    """What a reader saw. faults: errors, and queries that saw more than one build."""

    kind: str
    reads: int = 0
    builds: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


Read = Callable[[], list[tuple[Any, ...]]]


def _per_query(store: Path) -> Iterator[Read]:
    """A connection for each query, through the link."""

    def read() -> list[tuple[Any, ...]]:
        with duckdb.connect(str(store / "current" / "quotaline.duckdb"), read_only=True) as connection:
            return connection.execute(IN_DATABASE.format("")).fetchall()

    while True:
        yield read


def _held(store: Path) -> Iterator[Read]:
    """A connection for many queries, all of which must see its build."""
    while True:
        with duckdb.connect(str(store / "current" / "quotaline.duckdb"), read_only=True) as connection:
            seen: set[tuple[Any, ...]] = set()

            def read(connection: Any = connection, seen: set[tuple[Any, ...]] = seen) -> list[tuple[Any, ...]]:
                seen.update(connection.execute(IN_DATABASE.format("")).fetchall())
                return sorted(seen)

            for _ in range(HELD_FOR):
                yield read


def _attached(store: Path) -> Iterator[Read]:
    """One process that detaches the file and attaches it again, as a notebook does."""
    with duckdb.connect(":memory:") as connection:

        def read() -> list[tuple[Any, ...]]:
            connection.execute(f"attach '{store}/current/quotaline.duckdb' as store (read_only)")
            try:
                return connection.execute(IN_DATABASE.format("store.")).fetchall()
            finally:
                connection.execute("detach store")

        while True:
            yield read


def _parquet(store: Path) -> Iterator[Read]:
    """Parquet files of the build that current.txt names, in SQL alone (docs/bi-analysts.md)."""
    with duckdb.connect(":memory:") as connection:

        def read() -> list[tuple[Any, ...]]:
            connection.execute(
                f"set variable folder = (select '{store}/builds/' || trim(content, chr(10))"
                f" from read_text('{store}/current.txt'))"
            )
            return connection.execute(f"select distinct build from ({_PARQUET})").fetchall()

        while True:
            yield read


def _parquet_through_the_link(store: Path) -> Iterator[Read]:
    """What must not be done: files listed in one build, and opened in the next."""
    with duckdb.connect(":memory:") as connection:
        connection.execute(f"set variable folder = '{store}/current'")
        while True:
            yield lambda: connection.execute(f"select distinct build from ({_PARQUET})").fetchall()


KINDS: dict[str, Callable[[Path], Iterator[Read]]] = {
    "a connection a query": _per_query,
    "held": _held,
    "detached and attached": _attached,
    "parquet": _parquet,
}
WRONG = {"parquet through the link": _parquet_through_the_link}


def read_until_told(kind: str, store: Path, counts: Any, place: int, stop: Any, answers: Any) -> None:
    """Reads until `stop` is set; counts[place] is the number of reads so far. Puts a Seen into `answers`."""
    seen = Seen(kind)
    builds: set[str] = set()
    reads = (KINDS | WRONG)[kind](store)
    while not stop.is_set():
        try:
            found = next(reads)()
        except duckdb.Error as error:
            seen.faults.append(str(error))
            reads = (KINDS | WRONG)[kind](store)  # a generator that has raised is at its end
        else:
            builds |= {str(row[0]) for row in found}
            if len(found) != 1:
                seen.faults.append(f"{len(found)} builds at once")
        seen.reads += 1
        counts[place] = seen.reads
    seen.builds = sorted(builds)
    answers.put(seen)


@contextmanager
def reading(context: Any, store: Path, kinds: list[str]) -> Iterator[tuple[Any, list[Seen]]]:
    """A process for each of `kinds`. Gives their counts of reads, and a list that holds what they saw, at the end."""
    counts, stop, answers = context.Array("Q", len(kinds), lock=False), context.Event(), context.Queue()
    processes = [
        context.Process(target=read_until_told, args=(kind, store, counts, place, stop, answers), daemon=True)
        for place, kind in enumerate(kinds)
    ]
    seen: list[Seen] = []
    for process in processes:
        process.start()
    try:
        yield counts, seen
        stop.set()
        seen += [answers.get(timeout=60) for _ in processes]
    finally:
        for process in processes:
            process.kill()
            process.join()
