"""Another revision of Quotaline over a workspace whose months are closed, as after a checkout of old code: what it
reckons otherwise is an adjustment that says so, the ledger stays as it is, and the present revision takes it back."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import paid_company
import pytest
from mutations import COPIED, PROJECT

from orchestration.ledger.close import close
from orchestration.ledger.verify import verify
from orchestration.revision import code_revision
from orchestration.workspace import Workspace

pytestmark = pytest.mark.slow

READ = "        given_tiers.rate,\n"
GIT = ["git", "-c", "user.name=Old", "-c", "user.email=old@example.com"]
BUILD = """
import sys
from pathlib import Path
import paid_company
paid_company.build_and_publish(paid_company.Workspace.open(Path(sys.argv[1])), sys.argv[2])
"""


def other_revision(folder: Path) -> Path:
    """A checkout whose calculation pays twice as much, committed under a revision of its own."""
    folder.mkdir()
    for name in COPIED:
        source = PROJECT / name
        copy = shutil.copytree if source.is_dir() else shutil.copy
        copy(source, folder / name)
    model = folder / "models" / "payout" / "int_payout__tiers.sql"
    text = model.read_text(encoding="utf-8")
    assert text.count(READ) == 1
    model.write_text(text.replace(READ, "        2 * given_tiers.rate as rate,\n"), encoding="utf-8")
    for arguments in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "Old"]):
        subprocess.run([*GIT, *arguments], cwd=folder, check=True)
    return folder


def build_there(checkout: Path, workspace: Workspace, build_id: str) -> str:
    """Builds and publishes with the code of that checkout; its revision."""
    paths = os.pathsep.join(str(checkout / name) for name in ("", "tests"))
    arguments = [sys.executable, "-c", BUILD, str(workspace.root), build_id]
    done = subprocess.run(
        arguments, cwd=checkout, env=os.environ | {"PYTHONPATH": paths}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    ((revision,),) = paid_company.rows(workspace, "select code_revision from publication")
    return str(revision)


def test_another_revision_moves_no_closed_month_and_is_named_as_the_cause(tmp_path: Path) -> None:
    workspace = paid_company.make(tmp_path / "w")
    paid_company.build_and_publish(workspace, "20260401T050000Z-00000001")
    close(workspace, "FY2026-M01", by="Lee")
    paid_company.build_and_publish(workspace, "20260402T050000Z-00000002")
    ledger = {path: path.read_bytes() for path in sorted(workspace.ledger.rglob("*")) if path.is_file()}
    lines = "select * exclude (payout_line_id) from marts.fct_payouts order by all"
    before = paid_company.rows(workspace, lines)

    revision = build_there(other_revision(tmp_path / "old"), workspace, "20260403T050000Z-00000003")
    assert revision != code_revision()
    settled = "select worker_id, amount from marts.fct_payouts where is_settled order by 1"
    assert paid_company.rows(workspace, settled) == [
        ("ann", Decimal("1000.00")),
        ("bob", Decimal("500.00")),
        ("cat", Decimal("300.00")),
    ]
    causes = """
        select worker_id, pay_period_id, line_amount, cause, old_value, new_value
        from reporting.rpt_restatements order by worker_id, cause desc
    """
    ann, bob = ("ann", "FY2026-M02", Decimal("1000.00")), ("bob", "FY2026-M02", Decimal("500.00"))
    assert paid_company.rows(workspace, causes) == [
        (*ann, "recomputed", "1000.00", "2000.00"),
        (*ann, "code_changed", code_revision(), revision),
        (*bob, "recomputed", "500.00", "1000.00"),
        (*bob, "code_changed", code_revision(), revision),
    ]
    assert verify(workspace).notes == []

    paid_company.build_and_publish(workspace, "20260404T050000Z-00000004")
    assert paid_company.rows(workspace, lines) == before
    assert paid_company.rows(workspace, causes) == []
    assert {path: path.read_bytes() for path in sorted(workspace.ledger.rglob("*")) if path.is_file()} == ledger
