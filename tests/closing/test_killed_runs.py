"""Runs killed at random moments: what is published stays whole, and the next run is as if nothing had been.

Slow (each attempt is most of a run): `make test-slow`.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import paid_company
import pytest

from orchestration.ledger.close import close
from orchestration.ledger.verify import verify
from orchestration.publish.store import open_publication
from orchestration.workspace import PROJECT_ROOT, Workspace

pytestmark = pytest.mark.slow
ATTEMPTS = 8
RUN = [sys.executable, "-c", "from orchestration.cli import main; main()", "run", "-w"]


def test_runs_killed_at_random_moments_lose_nothing(tmp_path: Path) -> None:
    workspace = paid_company.make(tmp_path / "w")
    assert _run(workspace, None) == 0
    started = time.monotonic()  # of a second run: the first reads the project, too
    assert _run(workspace, None) == 0
    whole = time.monotonic() - started
    close(workspace, "FY2026-M01", by="Lee")
    chosen, killed = random.Random(1), 0  # noqa: S311
    for attempt in range(ATTEMPTS):
        header = "event_id,event_type,event_date,owner_user_id,amount,currency"
        paid_company.deliver(workspace, "sales_events/late.csv", header, f"l{attempt},booking,2026-03-01,ann,100,USD")
        # The last attempts aim at the end of the run, where it publishes.
        moment = chosen.uniform(0.05, 0.9) if attempt < ATTEMPTS // 2 else chosen.uniform(0.8, 0.95)
        code = _run(workspace, moment * whole)
        killed += code == -signal.SIGKILL
        _published(workspace)  # whole, be it the one before or the new one
        assert verify(workspace).problems == []
    assert killed >= ATTEMPTS // 2
    assert _run(workspace, None) == 0
    untouched = paid_company.make(tmp_path / "other")
    (untouched.root / "landing" / "sales_events").mkdir()
    late = Path("landing/sales_events/late.csv")
    (untouched.root / late).write_text((workspace.root / late).read_text())
    (workspace.ledger).rename(untouched.ledger)
    assert _run(untouched, None) == 0
    assert _published(workspace) == _published(untouched)


def test_of_two_runs_at_once_one_is_told_to_wait(tmp_path: Path) -> None:
    workspace = paid_company.make(tmp_path / "w")
    first = subprocess.Popen([*RUN, str(workspace.root)], cwd=PROJECT_ROOT, stdout=subprocess.DEVNULL)
    while not (workspace.state / "run.lock").is_file():
        time.sleep(0.1)
    second = subprocess.run([*RUN, str(workspace.root)], cwd=PROJECT_ROOT, capture_output=True, text=True, check=False)
    assert first.wait() == 0
    assert second.returncode == 2
    assert "Another run is going on in this workspace." in second.stderr


def _run(workspace: Workspace, kill_after: float | None) -> int:
    """The exit code; minus the signal where the run and all its children were killed."""
    process = subprocess.Popen(
        [*RUN, str(workspace.root)],
        cwd=PROJECT_ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    try:
        return process.wait(kill_after)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        return process.wait()


def _published(workspace: Workspace) -> dict[str, Any]:
    """Rows of payouts and the number of rows of each table, as the publication itself counts them and as they are."""
    with open_publication(workspace) as publication:
        tables = publication.execute(
            "select schema_name, table_name from duckdb_tables() where table_name <> 'publication'"
        )
        counts = {
            table: publication.execute(f"select count(*) from {schema}.{table}").fetchone()
            for schema, table in tables.fetchall()
        }
        said = publication.execute("select tables, rows from publication").fetchone()
        assert said == (len(counts), sum(count[0] for count in counts.values() if count))
        payouts = publication.execute("select * from marts.fct_payouts order by payout_line_id").fetchall()
        keys = [row[:11] for row in payouts]  # without loads, which differ
        return {"counts": counts, "fct_payouts": keys}
