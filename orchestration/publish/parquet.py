"""The publication as Parquet: a folder a table; in it a folder a month for facts, one file for others."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb

from orchestration import builds
from orchestration.published_tables import PublishedTable


def write_parquet(folder: Path, database: Path, tables: Sequence[PublishedTable]) -> None:
    """Each table of the publication's DuckDB file, closed, as a folder in `folder`; periods stand in the files too."""
    with duckdb.connect(str(database), read_only=True) as connection:
        for table in tables:
            target, options = folder / table.name, "format parquet, compression zstd"
            if table.period_column:
                options += f", partition_by ({table.period_column}), write_partition_columns true"
                target.mkdir()  # stays, though empty, where there is no row
            else:
                target.mkdir()
                target /= f"{table.name}.parquet"
            connection.execute(f"copy {table.in_publication} to '{builds.quoted(target)}' ({options})")
