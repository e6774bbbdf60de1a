"""The pseudonymised copy: the current publication in a store of its own, without names (docs/decisions/0018).

Off unless quotaline.toml has [publish.pseudonymised]. A pseudonym is the HMAC of a column's kind and value: the id of a
worker has the same one in every table and, with the same key, in every build.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import duckdb

from orchestration import builds
from orchestration.builds import Build
from orchestration.problems import Problem, UserError
from orchestration.publish import gate_results, store
from orchestration.publish.duckdb_file import DATABASE
from orchestration.publish.personal import HASHED, LEFT_OUT, undeclared
from orchestration.publish.store import Publication
from orchestration.published_tables import PublishedColumn, PublishedTable, published_tables, read_manifest
from orchestration.workspace import PseudonymisedSettings, Workspace

KEY = "QUOTALINE_PSEUDONYM_KEY"
SHORTEST_KEY = 32  # characters
DIGITS = 32  # of 64: 128 bits, in which two pseudonyms never meet
BLOCK = 64  # bytes that SHA-256 takes at a time


def publish(workspace: Workspace) -> Publication:
    """Publishes the copy of what is current.

    Raises UserError, and writes nothing, if the key is missing or short, if the folder is not one of its own, if a
    column is not declared, or if what is current was made by another revision.
    """
    key, folder = read_key(), folder_of(workspace)
    tables = published_tables(read_manifest(workspace))
    with store.owner_only(), _open_current(workspace) as (current, build, checks):
        _require_declared(current, tables)
        store.remove_leftovers(folder)
        publication = store.published_before(folder, build)
        if publication is None or _key_id_in(publication.folder) != key_id(key):
            copies = tuple(_view(current, table) for table in tables)
            _set_key(current, key)
            verdicts = gate_results.without_names(current, "original")
            said = {"key_id": key_id(key)}
            publication = store.write(folder, current, copies, build, checks, verdicts, also_said=said)
        store.make_current(folder, publication, workspace.settings.publish.keep_builds)
    return publication


def require(workspace: Workspace) -> None:
    """Raises UserError, before a build begins, if the copy that is asked for could not be published at its end."""
    if workspace.settings.publish.pseudonymised:
        read_key()
        folder_of(workspace)


def read_key() -> bytes:
    """The key, from the environment alone. Raises UserError if there is none, or one that could be guessed."""
    key = os.environ.get(KEY, "")
    if len(key) < SHORTEST_KEY:
        reason = f"is shorter than {SHORTEST_KEY} characters" if key else "is not set"
        remedy = f"export {KEY}=… with a random key that you keep: the same key gives the same pseudonyms"
        raise UserError("There is no key for the pseudonymised copy:", [Problem(KEY, reason, remedy)])
    return key.encode()


def key_id(key: bytes) -> str:
    """What tells keys apart, and says nothing of them."""
    return hmac.digest(key, b"quotaline key id", "sha256").hex()[:16]


def folder_of(workspace: Workspace) -> Path:
    """Where the copy lies. Raises UserError if that isn't a folder of its own."""
    asked = workspace.settings.publish.pseudonymised or PseudonymisedSettings()
    folder = (workspace.root / asked.path).resolve()
    others = [workspace.published, workspace.ledger, workspace.ledger_backup, workspace.state, workspace.rules]
    for other in (path.resolve() for path in [*others, *workspace.sources.values()] if path):
        if folder.is_relative_to(other) or other.is_relative_to(folder):
            problem = Problem("publish.pseudonymised.path", f"{asked.path} is not apart from {other}", "name another")
            raise UserError("The pseudonymised copy needs a folder of its own:", [problem])
    return folder


@contextmanager
def _open_current(workspace: Workspace) -> Iterator[tuple[duckdb.DuckDBPyConnection, Build, int]]:
    """A database in memory with the current publication as `original`; its build, how many checks the gate passed."""
    folder = Path(os.path.realpath(workspace.published / "current"))
    if not (folder / DATABASE).is_file():
        raise UserError("Nothing is published yet.", [Problem("published", "is empty", "run: quotaline run")])
    said = json.loads((folder / "manifest.json").read_bytes())
    build = Build.model_validate({name: said[name] for name in Build.model_fields})
    with duckdb.connect(":memory:") as connection:
        connection.execute(f"set temp_directory = '{builds.quoted(workspace.state / 'tmp')}'")
        connection.execute(f"attach '{builds.quoted(folder / DATABASE)}' as original (read_only)")
        yield connection, build, said["checks"]


def _require_declared(current: duckdb.DuckDBPyConnection, tables: tuple[PublishedTable, ...]) -> None:
    """Refuses what nobody has thought about: a column is published if it is known to be harmless, or what it holds."""
    declared = {f"{table.in_publication}.{column.name}": column for table in tables for column in table.columns}
    found = current.execute(
        "select schema_name || '.' || table_name || '.' || column_name, data_type from duckdb_columns()"
        " where database_name = 'original' and schema_name in ('marts', 'reporting') order by all"
    ).fetchall()
    if {name for name, _ in found} != declared.keys():
        problem = Problem("published", "was made by another revision of Quotaline", "run: quotaline run")
        raise UserError("What is published has not the columns that dbt describes.", [problem])
    problems = [
        Problem(name, fault, "declare config: {meta: {personal: …}} (docs/decisions/0018)")
        for name, data_type in found
        if (fault := undeclared(declared[name], data_type))
    ]
    if problems:
        raise UserError("No pseudonymised copy was published:", problems)


def _view(current: duckdb.DuckDBPyConnection, table: PublishedTable) -> PublishedTable:
    """Makes a view of the table without names, in the order of its pseudonyms (the old order would tell who is who)."""
    schema, _ = table.in_publication.split(".")
    values = ", ".join(f'{_value(column)} as "{column.name}"' for column in table.columns)
    order = ", ".join(f'"{name}"' for name in table.grain)
    current.execute(f"create schema if not exists {schema}")
    current.execute(
        f"create view {table.in_publication} as"
        f" select * from (select {values} from original.{table.in_publication}) order by {order}"
    )
    columns = tuple(
        replace(column, is_required=column.is_required and column.personal not in LEFT_OUT) for column in table.columns
    )
    return replace(table, stage=schema, columns=columns)


def _value(column: PublishedColumn) -> str:
    if column.personal in LEFT_OUT:
        return "null"
    if column.personal in HASHED:
        return pseudonym(column.personal, f'"{column.name}"')
    return f'"{column.name}"'


def pseudonym(kind: str, text: str) -> str:
    """SQL of HMAC-SHA-256 (RFC 2104) over `kind:text`, cut, for a connection that knows the key. Null stays null."""
    inner = f"sha256(getvariable('inner_key') || encode('{kind}:' || {text}))"
    return f"left(sha256(getvariable('outer_key') || unhex({inner})), {DIGITS})"


def _set_key(connection: duckdb.DuckDBPyConnection, key: bytes) -> None:
    """The key as HMAC pads it, in this connection's memory alone."""
    block = (hashlib.sha256(key).digest() if len(key) > BLOCK else key).ljust(BLOCK, b"\0")
    connection.execute("set variable inner_key = $key", {"key": bytes(byte ^ 0x36 for byte in block)})
    connection.execute("set variable outer_key = $key", {"key": bytes(byte ^ 0x5C for byte in block)})


def _key_id_in(folder: Path) -> object:
    return json.loads((folder / "manifest.json").read_bytes()).get("key_id")
