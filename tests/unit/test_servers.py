"""Servers end with the command that started them, and none starts where another listens."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from orchestration.problems import UserError
from orchestration.servers import serve
from orchestration.workspace import PROJECT_ROOT

CHILD = "import os, sys, time; print(os.getpid(), flush=True); time.sleep(600)"
GRANDCHILD = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {CHILD!r}])"
SERVE = """
import os, sys
from orchestration import servers
servers.PATIENCE = 1
sys.exit(servers.serve([sys.executable, "-c", sys.argv[1]], os.environ, 1))
"""


def test_a_port_that_is_taken_is_refused() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(UserError, match=f"127.0.0.1:{port}: is taken by another server"):
            serve([sys.executable, "-c", "raise SystemExit(5)"], os.environ, port)


def test_the_exit_code_of_servers_that_end_by_themselves_is_given() -> None:
    assert serve([sys.executable, "-c", "raise SystemExit(5)"], os.environ, 1) == 5


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
def test_servers_and_their_children_end_with_the_command(told: signal.Signals) -> None:
    command = [sys.executable, "-c", SERVE, GRANDCHILD]
    process = subprocess.Popen(command, cwd=PROJECT_ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    grandchild = int(process.stdout.readline())
    process.send_signal(told)
    assert process.wait(30) == 0
    state = Path(f"/proc/{grandchild}/stat")
    assert not state.exists() or state.read_text().split()[2] == "Z"  # ended; its new parent may not have looked yet
