"""Landing files to raw tables, through dlt: what loads, what is quarantined, what stops, what a second run does."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.ingest import load, parse
from orchestration.ingest.load import IngestReport, TableReport, ingest, landing_fingerprint
from orchestration.problems import UserError
from orchestration.workspace import SETTINGS_FILE, SeveritySettings, Workspace, WorkspaceSettings

QUOTAS = "worker_id,measure_id,period,quota_amount\nann,sales,FY2026-M01,1000.00\nbob,sales,FY2026,12000.5\n"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    (tmp_path / "landing" / "canonical").mkdir(parents=True)
    return Workspace(tmp_path, WorkspaceSettings(version=1, name="test"))


def land(workspace: Workspace, name: str, content: str | bytes) -> Path:
    path = workspace.sources["canonical"] / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def query(workspace: Workspace, sql: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(workspace.warehouse)) as connection:
        return connection.execute(sql).fetchall()


def table(report: IngestReport, name: str) -> TableReport:
    return next(one for one in report.tables if one.table == name)


def stopped(workspace: Workspace, source: str = "canonical") -> str:
    with pytest.raises(UserError) as caught:
        ingest(workspace, source)
    return str(caught.value)


def current(workspace: Workspace, name: str, columns: str = "*") -> list[tuple[object, ...]]:
    """A table's rows of the file versions that count, as staging reads them."""
    return query(
        workspace,
        f"select {columns} from raw_canonical.{name} as rows inner join raw_canonical.current_files as files"
        f" on files.table_name = '{name}' and rows._file = files.file and rows._dlt_load_id = files.load_id"
        " order by all",
    )


def test_csv_json_lines_and_parquet_load_alike_with_their_origin(workspace: Workspace) -> None:
    land(workspace, "quotas/a.csv", QUOTAS)
    land(
        workspace,
        "quotas/b.jsonl",
        '{"worker_id": "cid", "measure_id": "sales", "period": "FY2026", "quota_amount": 10.10}\n\n'
        '{"worker_id": "007", "measure_id": "sales", "period": "FY2026", "quota_amount": "0.01"}\n',
    )
    parquet = workspace.sources["canonical"] / "quotas" / "c.parquet"
    row = (
        "select 'eve' as worker_id, 'sales' as measure_id, 'FY2026' as period, cast(5 as decimal(12,1)) as quota_amount"
    )
    duckdb.execute(f"copy ({row}) to '{parquet}'")
    report = ingest(workspace, "canonical")
    assert table(report, "quotas") == TableReport("quotas", 3, 5, 0, 3, 5, 0)
    rows = query(workspace, "select worker_id, quota_amount, _file, _row_number from raw_canonical.quotas order by all")
    assert rows == [
        ("007", Decimal("0.01"), "quotas/b.jsonl", 3),
        ("ann", Decimal("1000.00"), "quotas/a.csv", 2),
        ("bob", Decimal("12000.50"), "quotas/a.csv", 3),
        ("cid", Decimal("10.10"), "quotas/b.jsonl", 1),
        ("eve", Decimal("5.00"), "quotas/c.parquet", 1),
    ]
    loads = query(workspace, "select load_id from raw_canonical._dlt_loads where status = 0")
    assert loads == [(report.load_id,)]
    assert query(workspace, "select distinct _dlt_load_id from raw_canonical.quotas") == loads
    hashes = query(workspace, "select distinct _file_sha256 from raw_canonical.quotas where _file = 'quotas/a.csv'")
    assert hashes == [(hashlib.sha256(QUOTAS.encode()).hexdigest(),)]


def test_only_new_and_changed_files_load_again_and_old_rows_stay(workspace: Workspace) -> None:
    land(workspace, "quotas/a.csv", QUOTAS)
    land(workspace, "quotas/b.csv", QUOTAS.replace("ann", "cid").replace("bob", "dan"))
    first = ingest(workspace, "canonical")
    again = ingest(workspace, "canonical")
    assert again.load_id is None
    assert table(again, "quotas") == TableReport("quotas", 2, 4, 0, 0, 0, 0)
    os.utime(workspace.sources["canonical"] / "quotas" / "a.csv")
    assert ingest(workspace, "canonical").load_id is None
    land(workspace, "quotas/a.csv", QUOTAS.replace("1000.00", "1100.00"))
    changed = ingest(workspace, "canonical")
    assert table(changed, "quotas") == TableReport("quotas", 2, 4, 0, 1, 2, 0)
    assert len(query(workspace, "select * from raw_canonical.quotas")) == 6
    assert current(workspace, "quotas", "worker_id, quota_amount") == [
        ("ann", Decimal("1100.00")),
        ("bob", Decimal("12000.50")),
        ("cid", Decimal("1000.00")),
        ("dan", Decimal("12000.50")),
    ]
    # The old content back: that version is loaded already, and counts again.
    land(workspace, "quotas/a.csv", QUOTAS)
    back = ingest(workspace, "canonical")
    assert back.load_id is None
    assert ("ann", Decimal("1000.00")) in current(workspace, "quotas", "worker_id, quota_amount")
    assert back.load_ids == (first.load_id,)


def test_a_removed_file_counts_no_longer(workspace: Workspace) -> None:
    land(workspace, "quotas/a.csv", QUOTAS)
    gone = land(workspace, "quotas/b.csv", QUOTAS.replace("ann", "cid").replace("bob", "dan"))
    ingest(workspace, "canonical")
    gone.unlink()
    report = ingest(workspace, "canonical")
    assert table(report, "quotas") == TableReport("quotas", 1, 2, 0, 0, 0, 0)
    assert current(workspace, "quotas", "worker_id") == [("ann",), ("bob",)]
    assert query(workspace, "select file from raw_canonical.current_files") == [("quotas/a.csv",)]


def test_a_bad_row_is_quarantined_with_place_reason_and_remedy_and_costs_no_other(workspace: Workspace) -> None:
    land(
        workspace,
        "quotas.csv",
        "worker_id,measure_id,period,quota_amount\n"
        'ann,sales,FY2026-M01,"12.000,50"\n'
        "bob,sales,FY2026-M01,12.345\n"
        "cid,sales,FY2026-M13,1\n"
        ",sales,FY2026-M01,1\n"
        "eve,sales,FY2026-M01,1,2\n"
        "fay,sales,FY2026-M01,70\n",
    )
    report = ingest(workspace, "canonical")
    assert table(report, "quotas") == TableReport("quotas", 1, 1, 5, 1, 1, 5)
    assert current(workspace, "quotas", "worker_id, _row_number") == [("fay", 7)]
    rows = query(
        workspace,
        "select row_number, column_name, value, kind, reason, remedy from raw_canonical.quarantined_rows order by all",
    )
    assert rows == [
        (2, "quota_amount", "12.000,50", "unparsable_value", "is not a number", "write 12000.50"),
        (
            3,
            "quota_amount",
            "12.345",
            "unparsable_value",
            "has more than 2 decimals",
            "give it with at most 2 decimals; nothing is rounded here",
        ),
        (
            4,
            "period",
            "FY2026-M13",
            "unparsable_value",
            "is not a period",
            "write a month as FY2026-M01, a quarter as FY2026-Q1, a year as FY2026",
        ),
        (5, "worker_id", None, "missing_value", "is empty", "fill it in"),
        (
            6,
            None,
            None,
            "malformed_row",
            "has more values than the header has columns (4)",
            "put a value that holds a comma in double quotes",
        ),
    ]
    (record,) = query(workspace, "select record from raw_canonical.quarantined_rows where row_number = 3")[0]
    assert json.loads(str(record))["quota_amount"] == "12.345"
    files = query(workspace, "select distinct file, load_id = _dlt_load_id from raw_canonical.quarantined_rows")
    assert files == [("quotas.csv", True)]


def test_unknown_columns_and_files_are_noted_and_harm_nothing(workspace: Workspace) -> None:
    land(workspace, "quotas.csv", "worker_id,measure_id,period,quota_amount,comment\nann,sales,FY2026,5,mine\n")
    land(workspace, "qoutas.csv", "x\n1\n")
    report = ingest(workspace, "canonical")
    assert report.notes == (
        "qoutas.csv is not read: did you mean quotas.csv?",
        "quotas.csv: column comment is not in the contract: kept in raw, not used.",
    )
    assert query(workspace, "select comment from raw_canonical.quotas") == [("mine",)]
    assert table(report, "quotas").metadata() == {
        "files": 1,
        "rows": 1,
        "quarantined": 0,
        "loaded_files": 1,
        "loaded_rows": 1,
        "loaded_quarantined": 0,
        "notes": "quotas.csv: column comment is not in the contract: kept in raw, not used.",
    }


def test_names_that_are_sql_stay_names(workspace: Workspace) -> None:
    headers = [
        'id"; drop table quotas; --',
        "x'); drop schema raw_canonical cascade; --",
        "${env}",
        "{{ 1 / 0 }}",
        "select",
        "columns(*)",
        "naïve 漢字",
        "_dlt_load_id",
    ]
    written = ",".join('"' + header.replace('"', '""') + '"' for header in headers)
    rows = f"worker_id,measure_id,period,quota_amount,{written}\nann,sales,FY2026,5{',mine' * len(headers)}\n"
    name = "o'hara\"; drop table quotas; --.csv"
    land(workspace, f"quotas/{name}", rows)
    land(workspace, "qu'); drop schema raw_canonical; --.csv", "x\n1\n")
    report = ingest(workspace, "canonical")
    paid = "worker_id, quota_amount, id_drop_table_quotasxxx, _file, length(rows._dlt_load_id) > 4"
    assert current(workspace, "quotas", paid) == [("ann", Decimal("5.00"), "mine", f"quotas/{name}", True)]
    assert len(report.notes) == len(headers) + 1


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        (
            "quotas.csv",
            "worker_id,measure_id,quota_amount\nann,sales,5\n",
            "landing/canonical/quotas.csv, row 2, period: is missing; add the column",
        ),
        ("quotas.csv", "", "landing/canonical/quotas.csv: is empty; deliver it with its rows, or remove it"),
        ("quotas.csv", QUOTAS.encode("utf-16"), "landing/canonical/quotas.csv: is UTF-16, not UTF-8; save it as UTF-8"),
        (
            "quotas.csv",
            QUOTAS.replace("bob", "böb").encode("latin-1"),
            "landing/canonical/quotas.csv, row 3: is not UTF-8: byte 0xF6 is no character;"
            ' save it as UTF-8 (in Excel: "CSV UTF-8")',
        ),
        (
            "quotas.csv",
            QUOTAS.replace(",", ";"),
            "landing/canonical/quotas.csv, row 1: has its columns separated by semicolons;"
            " save it with commas between columns",
        ),
        (
            "quotas.csv",
            QUOTAS.replace("measure_id", "worker_id"),
            "landing/canonical/quotas.csv, row 1: has the column worker_id twice; keep one of them",
        ),
        ("quotas.parquet", "PAR1 but not really", "landing/canonical/quotas.parquet: can't be read ("),
    ],
)
def test_a_file_that_breaks_the_contract_stops_the_run_before_anything_loads(
    workspace: Workspace, name: str, content: str | bytes, said: str
) -> None:
    land(workspace, name, content)
    land(workspace, "products.csv", "product_id\np\n")
    message = stopped(workspace)
    assert message.splitlines()[0] == "1 problem in canonical; nothing was loaded:"
    assert said in message
    assert query(workspace, "select * from information_schema.tables where table_schema = 'raw_canonical'") == []


def test_severity_says_what_stops(workspace: Workspace) -> None:
    land(workspace, "quotas.csv", QUOTAS.replace("FY2026-M01", "2026-01"))
    severity = SeveritySettings(unparsable_value="stop")
    strict = Workspace(workspace.root, workspace.settings.model_copy(update={"severity": severity}))
    assert stopped(strict).splitlines()[1] == (
        '  landing/canonical/quotas.csv, row 2, period: "2026-01" is not a period;'
        " write a month as FY2026-M01, a quarter as FY2026-Q1, a year as FY2026"
    )
    assert table(ingest(workspace, "canonical"), "quotas").quarantined == 1
    # Loaded under the milder setting, it still stops under the stricter one.
    assert "is not a period" in stopped(strict)


def test_an_unreadable_file_under_warn_is_quarantined_whole(workspace: Workspace) -> None:
    land(workspace, "quotas.csv", QUOTAS.encode("utf-16"))
    mild = Workspace(
        workspace.root, workspace.settings.model_copy(update={"severity": SeveritySettings(unreadable_file="warn")})
    )
    ingest(mild, "canonical")
    rows = query(workspace, "select file, kind, reason, remedy from raw_canonical.quarantined_rows")
    assert rows == [("quotas.csv", "unreadable_file", "is UTF-16, not UTF-8", "save it as UTF-8")]


def test_an_interrupted_load_is_never_read_and_the_next_run_repairs_it(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    land(workspace, "quotas/a.csv", QUOTAS)
    ingest(workspace, "canonical")
    land(workspace, "quotas/b.csv", QUOTAS.replace("ann", "cid").replace("bob", "dan"))
    with monkeypatch.context() as patch:  # dlt has loaded, the process dies before the files are made current
        patch.setattr(load._Ingestion, "_make_current", _killed)
        with pytest.raises(KeyboardInterrupt):
            ingest(workspace, "canonical")
    assert current(workspace, "quotas", "worker_id") == [("ann",), ("bob",)]
    report = ingest(workspace, "canonical")
    assert table(report, "quotas") == TableReport("quotas", 2, 4, 0, 1, 2, 0)
    assert current(workspace, "quotas", "worker_id") == [("ann",), ("bob",), ("cid",), ("dan",)]


def test_a_file_that_changes_while_it_is_read_loads_nothing(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = land(workspace, "quotas.csv", QUOTAS)
    parse_file = parse.parse_file

    def parse_and_append(*arguments: Any) -> Any:
        parsed = parse_file(*arguments)
        path.write_text(QUOTAS + "cid,sales,FY2026,1\n")
        return parsed

    with monkeypatch.context() as patch:
        patch.setattr(load, "parse_file", parse_and_append)
        assert stopped(workspace).splitlines() == [
            "A file is still being written; nothing was loaded.",
            "  landing/canonical/quotas.csv: changed while it was being read;"
            " deliver it under another name first and rename it when it is whole, then run again",
        ]
    assert table(ingest(workspace, "canonical"), "quotas").rows == 3


def test_a_table_of_an_older_contract_is_loaded_again_from_the_files(workspace: Workspace) -> None:
    land(workspace, "quotas.csv", QUOTAS)
    ingest(workspace, "canonical")
    query(workspace, "alter table raw_canonical.quotas alter quota_amount type double")
    assert table(ingest(workspace, "canonical"), "quotas") == TableReport("quotas", 1, 2, 0, 1, 2, 0)
    assert current(workspace, "quotas", "typeof(quota_amount)")[0] == ("DECIMAL(18,2)",)


def test_a_missing_landing_folder_says_what_belongs_there(workspace: Workspace) -> None:
    workspace.sources["canonical"].rmdir()
    assert stopped(workspace).splitlines() == [
        "There is nothing to load for canonical.",
        "  landing/canonical: the folder does not exist; create it and put the source's files there"
        " (accounts.csv, products.csv, crm_users.csv, ...), or correct [sources.canonical] in quotaline.toml",
    ]


def test_an_unknown_source_says_which_there_are(workspace: Workspace) -> None:
    assert stopped(workspace, "adventureworks").splitlines() == [
        "The workspace has no source adventureworks.",
        "  quotaline.toml: names no source adventureworks; add [sources.adventureworks] with its path,"
        " or choose from: canonical, ledger",
    ]


def test_a_ledger_that_is_not_there_yet_is_no_mistake(workspace: Workspace) -> None:
    report = ingest(workspace, "ledger")
    assert {one.rows for one in report.tables} == {0}
    assert {"settled_payouts", "closed_periods"} <= {one.table for one in report.tables}
    assert query(workspace, "select count(*) from raw_ledger.settled_payouts") == [(0,)]


def test_a_locked_warehouse_names_the_process(workspace: Workspace) -> None:
    land(workspace, "quotas.csv", QUOTAS)
    workspace.state.mkdir()
    hold = f"held = duckdb.connect({str(workspace.warehouse)!r})"
    code = f"import duckdb, sys; {hold}; print('open', flush=True); sys.stdin.read()"
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout
        holder.stdout.readline()
        message = stopped(workspace)
        holder.communicate()
    assert message.splitlines() == [
        "The warehouse is locked.",
        "  .quotaline/warehouse.duckdb: another process is using it; wait for it, or end process " + str(holder.pid),
    ]


def test_a_warehouse_that_is_none_can_be_deleted(workspace: Workspace) -> None:
    workspace.state.mkdir()
    workspace.warehouse.write_bytes(b"not a database, but long enough to be read as one" * 100)
    assert stopped(workspace).splitlines()[1] == (
        "  .quotaline/warehouse.duckdb: is no DuckDB database of this version;"
        " delete it; the next run makes it again from the landing files"
    )


@pytest.mark.parametrize(
    "error", [OSError(28, "No space left on device"), duckdb.IOException("could not write: No space left on device")]
)
def test_a_full_disk_is_said_in_words(workspace: Workspace, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    land(workspace, "quotas.csv", QUOTAS)

    def full(*_: object) -> None:
        raise RuntimeError("a step failed") from error

    monkeypatch.setattr(load._Ingestion, "_load", full)
    assert stopped(workspace).splitlines() == [
        "The disk is full; nothing was loaded.",
        "  .quotaline: there is no space left on the disk; free some and run again",
    ]


def test_a_workspace_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    (tmp_path / SETTINGS_FILE).write_text('version = 2\nname = "later"\n')
    with pytest.raises(UserError, match="was written by a newer Quotaline"):
        Workspace.open(tmp_path)


def test_the_landing_fingerprint_changes_with_what_lies_there(workspace: Workspace) -> None:
    states = [landing_fingerprint(workspace)]
    path = land(workspace, "quotas.csv", QUOTAS)
    states.append(landing_fingerprint(workspace))
    assert landing_fingerprint(workspace) == states[-1]
    path.write_text(QUOTAS + "cid,sales,FY2026,1\n")
    states.append(landing_fingerprint(workspace))
    path.unlink()
    assert landing_fingerprint(workspace) == states[0]
    assert len(set(states)) == 3


def _killed(*_: object) -> None:
    raise KeyboardInterrupt
