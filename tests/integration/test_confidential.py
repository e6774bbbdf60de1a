"""`quotaline run` as users start it: it speaks to no other machine, repeats no secret, leaves nothing for others."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import duckdb
import paid_company
import pytest

from orchestration.workspace import PROJECT_ROOT, Workspace

MORE = """
[publish.pseudonymised]

[openlineage]
transport = "file"
"""
SECRETS = {
    "QUOTALINE_PSEUDONYM_KEY": "pseudonym-key-that-nobody-may-ever-see",
    "OPENLINEAGE_API_KEY": "openlineage-key-that-nobody-may-see",
    "PGPASSWORD": "postgres-password-that-nobody-may-see",
}


@dataclass(frozen=True)
class Run:
    """A finished command. asked: what its processes wanted of other machines. home: an empty one it was given."""

    workspace: Workspace
    process: subprocess.CompletedProcess[str]
    asked: str
    home: Path


def quotaline(folder: Path, *arguments: str) -> tuple[subprocess.CompletedProcess[str], str]:
    """The command with secrets in its environment, the usual umask, and no way to other machines."""
    home, asked = folder / "home", folder / "asked"
    home.mkdir(exist_ok=True)
    asked.touch()
    paths = [str(Path(__file__).parent / "no_network"), str(PROJECT_ROOT)]
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "LANG": "C.UTF-8", "ASKED_OTHERS": str(asked)}
    command = [sys.executable, "-c", "from orchestration.cli import main; main()", *arguments]
    process = subprocess.run(
        [*_without_network(), *command],
        cwd=PROJECT_ROOT,
        env=environment | {"PYTHONPATH": os.pathsep.join(paths)} | SECRETS,
        capture_output=True,
        text=True,
        check=False,
        umask=0o022,
    )
    return process, asked.read_text()


def _without_network() -> list[str]:
    """Where the system allows it, a network of the loopback alone: for what isn't Python."""
    alone = ["unshare", "--map-root-user", "--net"]
    possible = shutil.which("unshare") and subprocess.run([*alone, "true"], capture_output=True, check=False)
    return alone if possible and possible.returncode == 0 else []


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("confidential")
    workspace = paid_company.make(folder / "w", MORE)
    process, asked = quotaline(folder, "run", "-w", str(workspace.root))
    return Run(workspace, process, asked, folder / "home")


def test_a_build_speaks_to_no_other_machine(run: Run) -> None:
    assert run.process.returncode == 0, run.process.stdout + run.process.stderr
    assert run.asked == ""


def test_the_guard_itself_sees_and_refuses(tmp_path: Path) -> None:
    code = "import urllib.request; urllib.request.urlopen('https://telemetry.example/')"
    guard = {"PYTHONPATH": str(Path(__file__).parent / "no_network"), "ASKED_OTHERS": str(tmp_path / "asked")}
    process = subprocess.run([sys.executable, "-c", code], env=os.environ | guard, capture_output=True, check=False)
    assert b"this test lets nothing speak to telemetry.example" in process.stderr
    assert (tmp_path / "asked").read_text().startswith("look up telemetry.example: -c: ")


def test_no_tool_keeps_an_identity_for_its_telemetry(run: Run) -> None:
    assert [path for path in run.home.rglob("*") if path.is_file()] == []


def test_what_a_run_writes_is_its_owners_alone(run: Run) -> None:
    """Landing files, rules and settings are the user's; everything else is closed to others."""
    closed = [".quotaline", "published", "published-pseudonymised"]
    for name in closed:
        paths = [run.workspace.root / name, *(run.workspace.root / name).rglob("*")]
        assert len(paths) > 10
        for path in paths:
            if not path.is_symlink():
                assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


def test_a_state_folder_that_was_open_to_others_is_closed(tmp_path: Path) -> None:
    from orchestration.run_lock import alone_in

    workspace = Workspace.open(paid_company.make(tmp_path / "w").root)
    workspace.state.mkdir(mode=0o755)
    with alone_in(workspace):
        assert stat.S_IMODE(workspace.state.stat().st_mode) == 0o700


def test_secrets_are_repeated_nowhere(run: Run) -> None:
    """Not in logs, Dagster's records and run configs, dbt's files, dlt's state, publications, nor on the terminal."""
    files = [path for path in run.workspace.root.rglob("*") if path.is_file()]
    assert any(path.suffix == ".db" for path in files)  # Dagster's records are among them
    for secret in SECRETS.values():
        assert secret not in run.process.stdout + run.process.stderr
        assert [path for path in files if secret.encode() in path.read_bytes()] == []


def test_a_run_publishes_the_copy_without_names_too(run: Run) -> None:
    path = run.workspace.root / "published-pseudonymised" / "current" / "quotaline.duckdb"
    with duckdb.connect(str(path.resolve()), read_only=True) as connection:
        paid = connection.execute("select count(distinct worker_id), sum(amount) from marts.fct_payouts").fetchall()
        names = connection.execute(
            "select count(*) from marts.dim_workers where worker_id in ('ann', 'bob')"
        ).fetchall()
    assert paid == [(3, paid_company.rows(run.workspace, "select sum(amount) from marts.fct_payouts")[0][0])]
    assert names == [(0,)]


def test_a_new_workspace_is_its_owners_alone(tmp_path: Path) -> None:
    process, _ = quotaline(tmp_path, "init", str(tmp_path / "acme"))
    assert process.returncode == 0, process.stderr
    for path in [tmp_path / "acme", *(tmp_path / "acme").rglob("*")]:
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path
