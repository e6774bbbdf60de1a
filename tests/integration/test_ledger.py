"""Closing months: what is refused, what is written, and that nothing of it can change unnoticed."""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import paid_company
import pytest
from beancount import loader
from paid_company import build_and_publish, deliver
from rich.console import Console

from orchestration.cli import app
from orchestration.ingest.contract import read_source_contract
from orchestration.ingest.files import find_ledger_files
from orchestration.ledger import chain, store
from orchestration.ledger.backup import back_up
from orchestration.ledger.close import Request, approve, close
from orchestration.ledger.journal import account, beancount
from orchestration.ledger.verify import LedgerError, require_whole, verify, verify_files
from orchestration.lineage.commands import statement_as_text, trace_as_json, write_statement
from orchestration.lineage.statement import Ledger
from orchestration.lineage.trace import all_lines
from orchestration.problems import UserError
from orchestration.publish.store import open_publication
from orchestration.run_lock import alone_in
from orchestration.workspace import SETTINGS_FILE, Workspace

EVENTS = "event_id,event_type,event_date,owner_user_id,amount,currency,related_event_id"


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three months over, none closed."""
    workspace = paid_company.make(tmp_path_factory.mktemp("paid") / "w")
    build_and_publish(workspace, "20260401T050000Z-00000001")
    return workspace.root


@pytest.fixture(scope="module")
def two_closed(published: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """January closed; then a return of January arrives and the rate is raised, and February is closed with both."""
    workspace = copy_of(published, tmp_path_factory.mktemp("closed"))
    close(workspace, "FY2026-M01", by="Lee")
    deliver(workspace, "sales_events/late.csv", EVENTS, "t9,cancellation,2026-03-05,ann,-4000,USD,t1")
    tiers = workspace.rules / "rate_tiers.csv"
    tiers.write_text(tiers.read_text().replace(",0.1\n", ",0.12\n"))
    build_and_publish(workspace, "20260402T050000Z-00000002")
    close(workspace, "FY2026-M02", by="Lee", note="after the return of t1")
    build_and_publish(workspace, "20260403T050000Z-00000003")
    return workspace.root


def copy_of(root: Path, tmp_path: Path) -> Workspace:
    copy = Workspace.open(shutil.copytree(root, tmp_path / "w", symlinks=True))
    shutil.copytree(Workspace.open(root).rules_copy, copy.rules_copy, dirs_exist_ok=True)  # named by the path
    return copy


def lines_of(workspace: Workspace, period: str) -> list[tuple[object, ...]]:
    path = workspace.ledger / period / store.LINES
    return duckdb.sql(
        "select worker_id, earned_period, line_type, amount, currency, payroll_amount, payroll_currency"
        f" from '{path}' order by line_number"
    ).fetchall()


def with_backup(workspace: Workspace, folder: Path) -> Workspace:
    settings = workspace.root / SETTINGS_FILE
    settings.write_text(settings.read_text() + f'\n[close]\nbackup = "{folder}"\n')
    return Workspace.open(workspace.root)


# Closing


def test_a_closed_month_holds_its_lines_payroll_and_manifest(published: Path, tmp_path: Path) -> None:
    workspace = copy_of(published, tmp_path)
    closed = close(workspace, "FY2026-M01", by="  Lee   Smith ", note="first")
    assert isinstance(closed, store.Close)
    month = workspace.ledger / "FY2026-M01"
    # ann 10% of 10,000, bob 10% of 5,000 at 0.9, cat an advance of 300 on nothing earned
    assert lines_of(workspace, "FY2026-M01") == [
        ("ann", "FY2026-M01", "earning", Decimal("1000.00"), "USD", Decimal("1000.00"), "USD"),
        ("bob", "FY2026-M01", "earning", Decimal("500.00"), "USD", Decimal("450.00"), "EUR"),
        ("cat", "FY2026-M01", "draw", Decimal("300.00"), "USD", Decimal("300.00"), "USD"),
    ]
    assert (closed.closed_by, closed.lines, closed.ledger_lines) == ("Lee Smith", 3, 3)
    assert closed.payroll == {"EUR": "450.00", "USD": "1300.00"}
    assert closed.previous_hash == "0" * 64
    assert closed.rules["rate_tiers.csv"] == hashlib.sha256((month / "rules/rate_tiers.csv").read_bytes()).hexdigest()
    payroll = (month / "payroll.csv").read_text().splitlines()
    assert payroll == [
        "worker_id,worker_name,payroll_currency,payroll_amount,lines",
        "ann,'=cmd|' /C calc'!A0,USD,1000.00,1",
        "bob,Bob;'@SUM(1)\t'=1,EUR,450.00,1",
        "cat,'-2+3,USD,300.00,1",
    ]
    names = duckdb.sql(f"select worker_name from '{month}/payroll.parquet' order by worker_id").fetchall()
    assert names == [("=cmd|' /C calc'!A0",), ("Bob;@SUM(1)\t=1",), ("-2+3",)]
    for path in (month / "rules").iterdir():
        assert path.read_bytes() == (workspace.rules_copy / path.name).read_bytes()
    assert (month / "rules/plans.csv").read_text().splitlines()[1].startswith("p,=1+1,USD")  # evidence: as it was
    assert store.read_close(month) == closed
    for path in (path for path in month.rglob("*") if path.is_file()):
        assert stat.S_IMODE(path.stat().st_mode) == 0o400, path
    assert stat.S_IMODE(workspace.ledger.stat().st_mode) == 0o700
    checked = subprocess.run(["sha256sum", "-c", "SHA256SUMS"], cwd=month, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout


def test_the_chain_can_be_computed_by_anybody(two_closed: Path) -> None:
    """By the recipe of docs/closing.md, not by the code."""
    head, lines = "0" * 64, 0
    for month in sorted((two_closed / "ledger").glob("FY*")):
        path = month / "settled_payouts.parquet"
        rows = duckdb.sql(f"select * exclude (line_number) from '{path}' order by line_number").fetchall()
        for row in rows:
            texts = ", ".join("null" if value is None else f'"{value}"' for value in row[:-1]).replace(", ", ",")
            head, lines = hashlib.sha256(f"{head}\n[{texts}]".encode()).hexdigest(), lines + 1
            assert head == row[-1]
        manifest = json.loads((month / "manifest.json").read_text())
        said = manifest.pop("head_hash")
        text = json.dumps(manifest, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
        head = hashlib.sha256(f"{head}\n{text}".encode()).hexdigest()
        assert head == said
    found = verify(Workspace.open(two_closed))
    assert (found.lines, found.head) == (lines, head)


def test_closed_months_are_restated_once_in_the_next_and_stay_as_they_are(two_closed: Path) -> None:
    workspace = Workspace.open(two_closed)
    # January again at 12%: ann 6,000 are 720 less 1,000 paid, bob 5,000 are 600 less 500 paid; February's 3,000.05 are
    # 360.006; of nothing earned in February, cat pays nothing back
    assert lines_of(workspace, "FY2026-M02") == [
        ("ann", "FY2026-M01", "adjustment", Decimal("-280.00"), "USD", Decimal("-280.00"), "USD"),
        ("ann", "FY2026-M02", "earning", Decimal("360.01"), "USD", Decimal("360.01"), "USD"),
        ("bob", "FY2026-M01", "adjustment", Decimal("100.00"), "USD", Decimal("80.00"), "EUR"),
    ]
    of_ann = "select sum(amount) from marts.fct_payouts where worker_id = 'ann'"
    assert paid_company.rows(workspace, of_ann) == [(Decimal("1080.01"),)]
    settled = "select count(*), count(*) filter (is_settled) from marts.fct_payouts where pay_period_id <= 'FY2026-M02'"
    assert paid_company.rows(workspace, settled) == [(6, 6)]
    closed = "select period_id, closed_by, line_count, ledger_line_count from marts.dim_closed_periods order by 1"
    assert paid_company.rows(workspace, closed) == [("FY2026-M01", "Lee", 3, 3), ("FY2026-M02", "Lee", 3, 6)]
    assert verify(workspace).notes == []


def test_a_restatement_says_what_changed_and_keeps_saying_it(two_closed: Path) -> None:
    """The third build compares with February's closing, and finds nothing new: what it says is from the ledger."""
    causes = """
        select worker_id, line_amount, is_settled, cause, entity, record_key, old_value, new_value
        from reporting.rpt_restatements order by worker_id, cause
    """
    ann, bob = ("ann", Decimal("-280.00"), True), ("bob", Decimal("100.00"), True)
    raised = ("rule_changed", "rate_tiers", "c|0.00000000|", "0.10000000", "0.12000000")
    assert paid_company.rows(Workspace.open(two_closed), causes) == [
        (*ann, "credit_added", "sales_events", "t9", None, "-4000.0000"),
        (*ann, "recomputed", "fct_earnings", "FY2026-M01", "1000.00", "720.00"),
        (*ann, *raised),
        (*bob, "recomputed", "fct_earnings", "FY2026-M01", "500.00", "600.00"),
        (*bob, *raised),
    ]


def test_a_line_keeps_its_identifier_when_its_month_is_closed(two_closed: Path, published: Path) -> None:
    query = "select payout_line_id from marts.fct_payouts where pay_period_id = 'FY2026-M01' order by 1"
    open_lines = paid_company.rows(Workspace.open(published), query)
    assert paid_company.rows(Workspace.open(two_closed), query) == open_lines


# Refusals


@pytest.mark.parametrize(
    ("period", "why"),
    [
        ("FY2026-M02", "FY2026-M02: is not the first open month; close FY2026-M01 before it"),
        ("FY2026-M04", "FY2026-M04: is only known up to 2026-03-31; run again when it is over, or correct as_of"),
        ("FY2026-M1", 'FY2026-M1: is no fiscal month of the calendar; did you mean FY2026-M1'),
        ("2026-01", "2026-01: is no fiscal month of the calendar; did you mean FY2026-M01?"),
    ],
)  # fmt: skip
def test_months_that_cannot_be_closed_now(published: Path, tmp_path: Path, period: str, why: str) -> None:
    workspace = copy_of(published, tmp_path)
    with pytest.raises(UserError) as refused:
        close(workspace, period, by="Lee")
    assert why in str(refused.value)
    assert store.months(workspace) == []


def test_a_closed_month_is_not_closed_again_and_the_next_waits_for_a_build(published: Path, tmp_path: Path) -> None:
    workspace = copy_of(published, tmp_path)
    close(workspace, "FY2026-M01", by="Lee")
    with pytest.raises(UserError, match="FY2026-M01: is closed"):
        close(workspace, "FY2026-M01", by="Lee")
    with pytest.raises(UserError, match="the ledger: has another last month than the published build knows"):
        close(workspace, "FY2026-M02", by="Lee")


def test_all_that_speaks_against_it_is_said_at_once(published: Path, tmp_path: Path) -> None:
    workspace = copy_of(published, tmp_path)
    with duckdb.connect(str(workspace.warehouse)) as warehouse:
        warehouse.execute("update quotaline.build set build_id = 'another'")
    shutil.rmtree(workspace.rules_copy)
    with pytest.raises(UserError) as refused:
        close(workspace, "FY2026-M03", by="Lee")
    assert [problem.reason for problem in refused.value.problems] == [
        "is not the one that is published",
        "is not what the published build was made by",
        "is not the first open month",
    ]


def test_nobody_closes_while_a_run_goes_on_or_without_a_name(published: Path, tmp_path: Path) -> None:
    workspace = copy_of(published, tmp_path)
    with alone_in(workspace), pytest.raises(UserError, match="Another run is going on"):
        close(workspace, "FY2026-M01", by="Lee")
    with pytest.raises(UserError, match="needs a name"):
        close(workspace, "FY2026-M01", by="  ")


def test_a_month_with_an_error_or_without_a_rate_stays_open(published: Path, tmp_path: Path) -> None:
    workspace = copy_of(published, tmp_path)
    path = workspace.published / "current" / "quotaline.duckdb"
    path.chmod(0o600)
    with duckdb.connect(str(path)) as publication:
        publication.execute("update marts.fct_payouts set payroll_amount = null where worker_id = 'bob'")
        publication.execute(
            "insert into reporting.rpt_exceptions"
            " (exception_id, kind, severity, entity, record_key, file, remedy, period_id)"
            " values ('x', 'unparsable_value', 'error', 'sales_events', 't7', 'sales_events.csv', 'Correct it.', null),"
            " ('y', 'missing_rate', 'warn', 'sales_events', 't8', null, 'Add it.', null),"
            " ('z', 'dangling_reference', 'error', 'quotas', 'q', null, 'Correct it.', 'FY2026-M02')"
        )
    with pytest.raises(UserError) as refused:
        close(workspace, "FY2026-M01", by="Lee")
    assert [str(problem) for problem in refused.value.problems] == [
        "sales_events t7 (sales_events.csv): is an exception of level error: unparsable_value; Correct it.",
        "worker bob: has 1 lines without an amount in payroll currency;"
        " add the rate from USD for FY2026-M01 to fx_rates",
    ]


# Two names


def test_two_names_close_what_was_requested(published: Path, tmp_path: Path) -> None:
    workspace = copy_of(published, tmp_path)
    with (workspace.root / SETTINGS_FILE).open("a") as settings:
        settings.write("\n[close]\napprovals = 2\n")
    workspace = Workspace.open(workspace.root)
    with pytest.raises(UserError, match="nobody has requested its closing"):
        approve(workspace, "FY2026-M01", by="Kim")
    assert isinstance(close(workspace, "FY2026-M01", by="Lee"), Request)
    assert store.months(workspace) == []
    with pytest.raises(UserError, match="requested this closing; have somebody else approve it"):
        approve(workspace, "FY2026-M01", by="LEE")
    closed = approve(workspace, "FY2026-M01", by="Kim")
    assert (closed.closed_by, closed.approved_by) == ("Lee", "Kim")
    assert list((workspace.ledger / "requests").iterdir()) == []
    files = find_ledger_files(workspace.ledger, read_source_contract("ledger"))
    assert {f"{file.table.name}.parquet" for file in files} == {
        store.LINES, store.PERIOD, store.CREDITS, store.QUOTAS, store.SHARES, store.RULE_VALUES, store.RESTATEMENTS
    }  # fmt: skip


# Tampering


def test_any_byte_flipped_is_found(two_closed: Path, tmp_path: Path) -> None:
    workspace = copy_of(two_closed, tmp_path)
    chosen = random.Random(20260401)  # noqa: S311
    files = sorted(path for path in workspace.ledger.rglob("*") if path.is_file())
    for path in files:
        whole = path.read_bytes()
        path.chmod(0o600)
        for place in {0, len(whole) - 1, *(chosen.randrange(len(whole)) for _ in range(3))}:
            flipped = bytearray(whole)
            flipped[place] ^= 1 << chosen.randrange(8)
            path.write_bytes(flipped)
            assert verify_files(workspace).problems, f"{path}, byte {place}"
        path.write_bytes(whole)
    assert verify_files(workspace).problems == []


def test_the_first_bad_row_is_named_even_where_the_checksums_were_made_anew(two_closed: Path, tmp_path: Path) -> None:
    workspace = copy_of(two_closed, tmp_path)
    month = workspace.ledger / "FY2026-M01"
    lines, changed = month / store.LINES, tmp_path / "changed.parquet"
    of_bob = "case worker_id when 'bob' then 600.00 else amount end::decimal(18, 2) as amount"
    duckdb.sql(f"copy (select * replace ({of_bob}) from '{lines}') to '{changed}'")
    for path in (lines, month / store.CHECKSUMS):
        path.chmod(0o600)
    shutil.copyfile(changed, lines)
    (month / store.CHECKSUMS).write_text(store.checksums(month))
    found = verify(workspace)
    assert [str(problem) for problem in found.problems] == [
        "ledger/FY2026-M01/settled_payouts.parquet, row 2: line 2 (worker bob, component c, earning) is not what its"
        " hash was made of; bring it back from a backup; the ledger is never mended by hand"
    ]


def test_a_ledger_copied_back_from_last_month_is_found_by_what_was_published(two_closed: Path, tmp_path: Path) -> None:
    workspace = copy_of(two_closed, tmp_path)
    head = verify(workspace).head
    shutil.rmtree(workspace.ledger / "FY2026-M02")
    assert verify_files(workspace).problems == []  # in itself it is whole
    assert "no longer has FY2026-M02" in str(verify(workspace).problems[0])
    with pytest.raises(LedgerError, match="no longer has FY2026-M02"):
        require_whole(workspace)
    shutil.rmtree(workspace.published)
    assert "was never the ledger's hash; it has 3 lines" in str(verify(workspace, head).problems[0])


def test_a_head_kept_from_an_earlier_month_says_what_was_closed_since(two_closed: Path) -> None:
    workspace = Workspace.open(two_closed)
    january = store.read_close(workspace.ledger / "FY2026-M01").head_hash
    found = verify(workspace, january.upper())
    assert (found.problems, found.notes) == ([], ["The hash given is that of FY2026-M01; closed since: FY2026-M02"])


def test_a_month_taken_out_or_a_folder_put_in_is_found(two_closed: Path, tmp_path: Path) -> None:
    workspace = copy_of(two_closed, tmp_path)
    (workspace.ledger / "bonus").mkdir()
    shutil.rmtree(workspace.ledger / "FY2026-M01")
    said = [str(problem) for problem in verify_files(workspace).problems]
    assert said[0] == "ledger/bonus: is no closed month; move it out of the ledger"
    assert any("FY2026-M02/manifest.json: does not follow the month before it" in problem for problem in said)


def test_settled_lines_of_the_warehouse_are_the_ledgers(two_closed: Path, tmp_path: Path) -> None:
    workspace = copy_of(two_closed, tmp_path)
    with duckdb.connect(str(workspace.warehouse)) as warehouse:
        warehouse.execute("update payout.fct_payouts set amount = 499 where worker_id = 'bob' and is_settled")
    assert "(FY2026-M01, worker bob, component c, earning 500.00 USD) is not in the warehouse" in str(
        verify(workspace).problems[0]
    )


# Killed


def test_a_killed_closing_leaves_the_month_wholly_open_or_wholly_closed(published: Path, tmp_path: Path) -> None:
    workspace = copy_of(published, tmp_path)
    script = (
        "import sys; from pathlib import Path; from orchestration.workspace import Workspace;"
        "from orchestration.ledger.close import close; w = Workspace.open(Path(sys.argv[1]));"
        "print('ready', flush=True); close(w, 'FY2026-M01', by='Lee'); print('closed', flush=True)"
    )
    chosen, left_open = random.Random(7), 0  # noqa: S311
    started = time.monotonic()
    _close_in_a_process(script, workspace, None)
    whole = time.monotonic() - started
    shutil.rmtree(workspace.ledger)
    for _ in range(12):
        _close_in_a_process(script, workspace, chosen.uniform(0, whole * 0.4))
        found = verify(workspace)
        assert found.problems == []
        if months := store.months(workspace):
            assert lines_of(workspace, "FY2026-M01")[1][3] == Decimal("500.00")
            shutil.rmtree(months[0])
        else:
            left_open += 1
    assert left_open > 0
    assert isinstance(close(workspace, "FY2026-M01", by="Lee"), store.Close)
    assert [path.name for path in workspace.ledger.iterdir()] == ["FY2026-M01"]


def _close_in_a_process(script: str, workspace: Workspace, kill_after: float | None) -> None:
    """kill_after: seconds from the moment when the imports are done."""
    command = [sys.executable, "-c", script, str(workspace.root)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    if kill_after is not None:
        try:
            process.wait(kill_after)
        except subprocess.TimeoutExpired:
            os.kill(process.pid, signal.SIGKILL)
    process.communicate()


@pytest.mark.parametrize("fails", ["_write_lines", "_write_period", "_write_payroll"])
def test_a_full_disk_leaves_the_month_open(
    published: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails: str
) -> None:
    workspace = copy_of(published, tmp_path)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(f"orchestration.ledger.close.{fails}", full)
    with pytest.raises(OSError, match="No space left"):
        close(workspace, "FY2026-M01", by="Lee")
    assert list(workspace.ledger.iterdir()) == []


# The journal


def test_beancount_accepts_the_journal_and_finds_a_cent_changed(two_closed: Path) -> None:
    workspace = Workspace.open(two_closed)
    journal = "".join(beancount(workspace))
    entries, errors, _ = loader.load_string(journal)
    assert errors == []
    assert sum(type(entry).__name__ == "Transaction" for entry in entries) == 6
    assert sum(type(entry).__name__ == "Balance" for entry in entries) == 3 + 3
    assert "2026-03-01 balance Liabilities:Payable:W-ann  -1080.01 ~ 0 USD" in journal  # 1,000 - 280 + 360.01
    changed = journal.replace("-360.01 USD", "-360.02 USD").replace("  360.01 USD", "  360.02 USD")
    assert [type(error).__name__ for error in loader.load_string(changed)[1]] == ["BalanceError"]


@pytest.mark.parametrize(
    ("worker", "name"),
    [
        ("A0012", "Liabilities:Payable:A0012"),
        ("ann", "Liabilities:Payable:W-ann"),
        ("a.b", "Liabilities:Payable:W-a-2E-b"),
        ("a-2E-b", "Liabilities:Payable:W-a-2D-2E-2D-b"),
        ("Ü 1", "Liabilities:Payable:W--DC--20-1"),
    ],
)
def test_a_payees_account_is_one_that_beancount_allows_and_no_other_payees(worker: str, name: str) -> None:
    assert account(worker) == name


def test_a_chain_depends_on_every_value_and_on_the_order() -> None:
    one, two = ("l1", "ann", None, "10.00"), ("l2", "bob", "c", "5.00")
    assert list(chain.line_hashes(chain.GENESIS, [one, two])) != list(chain.line_hashes(chain.GENESIS, [two, one]))
    assert len({*chain.line_hashes(chain.GENESIS, [one, one, one])}) == 3


# The trace of what is closed


def test_a_settled_adjustment_traces_to_what_changed_and_to_its_row_in_the_ledger(two_closed: Path) -> None:
    said = json.loads(trace_as_json(Workspace.open(two_closed), None, "ann", "FY2026-M02"))
    nodes = list(_nodes(said["trace"]))
    adjustment = next(node for node in nodes if node.get("title", "").startswith("Adjustment of"))
    assert (adjustment["amount"], adjustment["unit"]) == ("-280.00", "USD")
    causes = [(node["title"], *node["facts"].values()) for node in nodes if node["kind"] == "cause"]
    assert causes == [
        ("Credit that came since: sales_events t9", "nothing", "-4000.0000"),
        ("Rule that changed since: rate_tiers c|0.00000000|, rate", "0.10000000", "0.12000000"),
    ]
    assert any("FY2026-M02/settled_payouts.parquet" in json.dumps(node) for node in nodes if node["kind"] == "raw_row")


def test_every_line_of_a_company_with_closed_months_traces_and_adds_up(two_closed: Path) -> None:
    workspace = Workspace.open(two_closed)
    with open_publication(workspace) as publication:
        traced = all_lines(publication)
    assert len(traced) == paid_company.rows(workspace, "select count(*) from marts.fct_payouts")[0][0] > 6


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node.get("children", []):
        yield from _nodes(child)


def test_a_statement_says_why_a_closed_month_is_paid_again_and_the_ledgers_state(two_closed: Path) -> None:
    page = two_closed / "statement.html"
    workspace = Workspace.open(two_closed)
    head = verify(workspace).head
    write_statement(workspace, page, "ann", "FY2026-M02", Ledger(6, head))
    said = page.read_text(encoding="utf-8")
    assert "Credit that came since: sales_events t9 (– → -4000.0000)." in said
    assert "Rule that changed since: rate_tiers c|0.00000000|, rate (0.10000000 → 0.12000000)." in said
    assert head in said


def test_a_statement_of_a_closed_month_says_that_it_was_calculated_again_since(two_closed: Path) -> None:
    """Ann's January: closed at 1,000.00; the return and the rate of 12 % make 720.00 of it, paid back in February."""
    workspace = Workspace.open(two_closed)
    page = two_closed / "closed.html"
    write_statement(workspace, page, "ann", "FY2026-M01", None)
    console = Console(width=200)
    with console.capture() as captured:
        console.print(statement_as_text(workspace, "ann", "FY2026-M01"))
    for said in (page.read_text(encoding="utf-8"), captured.get()):
        assert said.count("Earned. Closed so; the month was calculated again since, adjusted in FY2026-M02.") == 2
        assert "earlier deals of the window" not in said
        assert "(as calculated today; the month was closed with the lines above)" in said
        assert "1,000.00 USD" in said
    write_statement(workspace, page, "cat", "FY2026-M03", None)
    said = page.read_text(encoding="utf-8")
    assert "calculated again" not in said  # an open month
    assert "as calculated today" not in said
    query = "select pay_period_id, worker_id from reporting.rpt_payout_statement where is_restated order by all"
    assert paid_company.rows(workspace, query) == [("FY2026-M01", "ann"), ("FY2026-M01", "bob")]


def test_a_settled_line_traces_to_the_adjustments_that_made_up_for_it(two_closed: Path) -> None:
    workspace = Workspace.open(two_closed)
    said = json.loads(trace_as_json(workspace, None, "ann", "FY2026-M01"))
    nodes = list(_nodes(said["trace"]))
    line = next(node for node in nodes if node["kind"] == "payout_line")
    assert line["how"] == (
        "As settled in the ledger 1,000.00 USD, unchanged; 720.00 USD as calculated today; difference −280.00 USD, "
        "made up for by the adjustments below."
    )
    ((adjustment,),) = paid_company.rows(
        workspace,
        "select payout_line_id from marts.fct_payouts where worker_id = 'ann' and line_type = 'adjustment'",
    )
    assert line["children"][0] == {
        "kind": "adjustment_line", "title": "Adjustment paid in FY2026-M02", "amount": "-280.00", "unit": "USD",
        "is_part_of_parent": False, "facts": {"payout line": adjustment, "settled": "yes, in the ledger"},
    }  # fmt: skip


# The backup


def test_each_closing_is_copied_byte_for_byte(
    published: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    workspace = with_backup(copy_of(published, tmp_path), tmp_path / "safe" / "ledger")
    app(["close", "FY2026-M01", "--by", "Lee", "-w", str(workspace.root)], standalone_mode=False)
    assert f"Backed up to {tmp_path / 'safe' / 'ledger'}: FY2026-M01" in capsys.readouterr().out
    copy = tmp_path / "safe" / "ledger" / "FY2026-M01"
    month = workspace.ledger / "FY2026-M01"
    files = {path.relative_to(month): path.read_bytes() for path in month.rglob("*") if path.is_file()}
    assert {path.relative_to(copy): path.read_bytes() for path in copy.rglob("*") if path.is_file()} == files
    assert {stat.S_IMODE(path.stat().st_mode) for path in copy.rglob("*") if path.is_file()} == {0o400}
    assert stat.S_IMODE(copy.parent.stat().st_mode) == 0o700
    assert back_up(workspace) == []
    shutil.rmtree(copy)
    said = f"Not in the backup yet: FY2026-M01; quotaline ledger backup{workspace.option}"
    assert said in verify(workspace).notes
    (copy.parent / ".FY2026-M01-killed").mkdir()
    assert back_up(workspace) == ["FY2026-M01"]
    assert [path.name for path in copy.parent.iterdir()] == ["FY2026-M01"]


def test_a_backup_that_is_not_this_ledgers_is_said_and_left_alone(two_closed: Path, tmp_path: Path) -> None:
    workspace = with_backup(copy_of(two_closed, tmp_path), tmp_path / "safe")
    assert back_up(workspace) == ["FY2026-M01", "FY2026-M02"]
    payroll = tmp_path / "safe" / "FY2026-M01" / "payroll.csv"
    payroll.chmod(0o600)
    payroll.write_bytes(payroll.read_bytes().replace(b"1000.00", b"1000.01"))
    (problem,) = verify(workspace).problems
    assert (problem.where, problem.reason) == (str(payroll.parent), "is not what the ledger has")
    sums = tmp_path / "safe" / "FY2026-M02" / store.CHECKSUMS
    sums.chmod(0o600)
    sums.write_bytes(sums.read_bytes().replace(b"0", b"1", 1))
    assert [problem.where for problem in verify(workspace).problems] == [str(payroll.parent), str(sums.parent)]
    shutil.rmtree(workspace.ledger / "FY2026-M02")
    with pytest.raises(UserError, match="was not backed up") as refused:
        back_up(workspace)
    assert "FY2026-M02: is no month of this ledger; bring it back from there" in str(refused.value)


def test_a_month_is_not_closed_while_its_backup_differs(published: Path, tmp_path: Path) -> None:
    workspace = with_backup(copy_of(published, tmp_path), tmp_path / "safe")
    (tmp_path / "safe" / "FY2025-M12").mkdir(parents=True)
    with pytest.raises(UserError, match="FY2026-M01 was not closed") as refused:
        close(workspace, "FY2026-M01", by="Lee")
    assert "FY2025-M12: is no month of this ledger" in str(refused.value)


@pytest.mark.parametrize(("backup", "said"), [(None, "names no backup"), ("file/ledger", "Not a directory")])
def test_no_backup_is_said_in_words(published: Path, tmp_path: Path, backup: str | None, said: str) -> None:
    (tmp_path / "file").touch()
    workspace = copy_of(published, tmp_path)
    if backup:
        workspace = with_backup(workspace, tmp_path / backup)
    close(workspace, "FY2026-M01", by="Lee")
    with pytest.raises(UserError, match="The ledger was not backed up") as refused:
        back_up(workspace)
    assert said in str(refused.value)
