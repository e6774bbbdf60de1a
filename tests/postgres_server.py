"""A PostgreSQL cluster of the tests' own: an unprivileged user's, on a loopback port, ended by its own process id."""

from __future__ import annotations

import os
import pwd
import re
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from orchestration.workspace import PROJECT_ROOT

ADMIN = "dba"
DATABASE = "quotaline"
PUBLISHER = "ql_publisher"


@dataclass(frozen=True)
class Cluster:
    """host is 127.0.0.1. passfile: the passwords of everybody, as libpq reads them."""

    port: int
    passfile: Path

    def connect(self, user: str, database: str = DATABASE, **options: Any) -> psycopg.Connection[tuple[Any, ...]]:
        """A connection of one of the people, each statement its own transaction."""
        return psycopg.connect(
            host="127.0.0.1", port=self.port, dbname=database, user=user, passfile=str(self.passfile), autocommit=True,
            **options,
        )  # fmt: skip

    def run(self, statements: str, user: str = ADMIN, database: str = DATABASE) -> None:
        """Statements of the administrator, or of somebody else."""
        with self.connect(user, database) as connection:
            connection.execute(statements)

    def add_login(self, login: str, group: str | None = None) -> None:
        """A person with a password of their own, member of a group role."""
        self.run(f'create role "{login}" login {f"in role {group}" if group else ""}')
        self.give_password(login)

    def give_password(self, login: str) -> None:
        """A random password, which stands in the passfile."""
        password = secrets.token_hex(8)
        self.run(f"alter role \"{login}\" password '{password}'")
        with self.passfile.open("a") as file:
            file.write(f"127.0.0.1:{self.port}:*:{login}:{password}\n")


def binaries() -> Path | None:
    """Where initdb and postgres are: on the path, or where Debian puts the newest version."""
    found = shutil.which("initdb")
    if found:
        return Path(found).parent
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    return versions[-1].parent if versions else None


@contextmanager
def cluster(bin_folder: Path) -> Iterator[Cluster]:
    """A cluster set up as docs/postgresql.md says; gone at the end."""
    # Not under pytest's folder: that is closed to the user that the server runs as.
    folder = Path(tempfile.mkdtemp(prefix="quotaline-postgres-"))
    try:
        password = secrets.token_hex(8)
        (folder / "password").write_text(password)
        user = _become(folder)
        data = folder / "data"
        options = ["--auth=scram-sha-256", f"--username={ADMIN}", f"--pwfile={folder / 'password'}", "--no-sync"]
        options += ["--encoding=UTF8", "--locale=C.UTF-8"]
        subprocess.run([*user, str(bin_folder / "initdb"), "-D", str(data), *options], check=True, capture_output=True)
        port = _free_port()
        with (folder / "log").open("w") as log:
            settings = ["-h", "127.0.0.1", "-k", "", "-p", str(port), "-c", "fsync=off", "-c", "max_connections=50"]
            server = subprocess.Popen(
                [*user, str(bin_folder / "postgres"), "-D", str(data), *settings], stdout=log, stderr=log
            )
        try:
            passfile = folder / "passfile"
            passfile.touch(mode=0o600)
            passfile.write_text(f"127.0.0.1:{port}:*:{ADMIN}:{password}\n")
            running = Cluster(port, passfile)
            _wait_for(running, server)
            _set_up(running)
            yield running
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(timeout=60)
    finally:
        shutil.rmtree(folder)


def _become(folder: Path) -> list[str]:
    """What makes a command run as a user without privileges, whose the folder then is: initdb refuses root."""
    if os.geteuid() != 0:
        return []
    name = next(name for name in ("postgres", "nobody") if any(one.pw_name == name for one in pwd.getpwall()))
    found = pwd.getpwnam(name)
    os.chown(folder, found.pw_uid, found.pw_gid)
    os.chown(folder / "password", found.pw_uid, found.pw_gid)
    # pdeathsig: the server ends with the tests, however they end.
    ids = [f"--reuid={found.pw_uid}", f"--regid={found.pw_gid}", "--clear-groups"]
    return ["setpriv", *ids, "--pdeathsig=INT"]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(running: Cluster, server: subprocess.Popen[bytes]) -> None:
    give_up = time.monotonic() + 30
    while True:
        try:
            running.connect(ADMIN, "postgres").close()
            return
        except psycopg.OperationalError:
            assert server.poll() is None, "PostgreSQL ended at once; see the log in its folder"
            assert time.monotonic() < give_up, "PostgreSQL didn't start in 30 s"
            time.sleep(0.05)


def _set_up(running: Cluster) -> None:
    """What docs/postgresql.md tells the administrator to do, word for word."""
    text = (PROJECT_ROOT / "docs" / "postgresql.md").read_text(encoding="utf-8")
    in_postgres, in_quotaline, *_ = re.findall(r"^```sql\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    with running.connect(ADMIN, "postgres") as connection:
        for statement in in_postgres.split(";\n"):  # one by one: `create database` stands alone
            connection.execute(statement)
    running.run(in_quotaline)
    running.give_password(PUBLISHER)
