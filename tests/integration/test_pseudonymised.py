"""The copy without names: keyed hashes that join, nobody's name anywhere, refused where a column is not declared."""

from __future__ import annotations

import hmac
import json
import shutil
import stat
from pathlib import Path

import duckdb
import pytest
from small_build import BUILD, MARTS, NEXT_BUILD, make_build, workspace_in

from orchestration.problems import UserError
from orchestration.publish import pseudonymised, store
from orchestration.publish.assets import publish_everywhere
from orchestration.publish.personal import HASHED, LEFT_OUT
from orchestration.published_tables import published_tables, read_manifest
from orchestration.workspace import PseudonymisedSettings, PublishSettings, Workspace, WorkspaceSettings

KEY = "correct horse battery staple, and then some"
PLANTED = "Zyxwvut Quorn"


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(pseudonymised.KEY, KEY)


@pytest.fixture(scope="module")
def gated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small published build; dbt says that worker_id is a worker's."""
    workspace = workspace_in(tmp_path_factory.mktemp("gated") / "w")
    declare(workspace, "worker_id", "worker")
    make_build(workspace)
    store.publish(workspace)
    return workspace.root


@pytest.fixture
def workspace(gated: Path, tmp_path: Path) -> Workspace:
    return asking_for_a_copy(shutil.copytree(gated, tmp_path / "w", symlinks=True))


def asking_for_a_copy(root: Path, path: str = "published-pseudonymised") -> Workspace:
    asked = PublishSettings(pseudonymised=PseudonymisedSettings(path=path))
    return Workspace(root, WorkspaceSettings(version=1, name="Small", publish=asked))


def declare(workspace: Workspace, column: str, personal: str) -> None:
    path = workspace.dbt_target / "manifest.json"
    manifest = json.loads(path.read_text())
    for node in manifest["nodes"].values():
        if column in node.get("columns", {}):
            node["columns"][column]["config"] = {"meta": {"personal": personal}}
    path.write_text(json.dumps(manifest))


def rows(folder: Path, query: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(folder / "current" / "quotaline.duckdb"), read_only=True) as connection:
        return connection.execute(query).fetchall()


def copy_of(workspace: Workspace) -> Path:
    return workspace.root / "published-pseudonymised"


def pseudonym(kind: str, text: str, secret: str = KEY) -> str:
    return hmac.new(secret.encode(), f"{kind}:{text}".encode(), "sha256").hexdigest()[:32]


def test_publishing_again_makes_the_copy_that_was_asked_for_since(workspace: Workspace) -> None:
    assert not copy_of(workspace).exists()
    published, without_names = publish_everywhere(workspace)
    assert published.startswith("Published build ")
    assert without_names == f"Without names: {(copy_of(workspace) / 'current').resolve()}"


def test_workers_are_replaced_by_their_hmac_and_all_else_stays(workspace: Workspace) -> None:
    pseudonymised.publish(workspace)
    ann, bob = pseudonym("worker", "ann"), pseudonym("worker", "bob")
    query = "select worker_id, period_id, amount::text from reporting.rpt_pay order by all"
    paid = [(ann, "FY2026-M01", "100.05"), (ann, "FY2026-M02", None), (bob, "FY2026-M01", "12.34")]
    assert rows(copy_of(workspace), query) == sorted(paid)
    assert rows(copy_of(workspace), "select period_id, status from marts.dim_periods") == [("FY2026-M01", "open")]
    parquet = f"read_parquet('{copy_of(workspace)}/current/rpt_pay/*/*.parquet', hive_partitioning = false)"
    assert rows(copy_of(workspace), f"from {parquet} except all from reporting.rpt_pay") == []
    verdicts = "select * exclude (waived_by, waiver_reason) from publication_checks order by all"
    assert rows(copy_of(workspace), verdicts) == rows(workspace.published, verdicts)
    build = "select build_id, rows, checks > 100 from publication"
    assert rows(copy_of(workspace), build) == rows(workspace.published, build) == [(BUILD, 4, True)]


def test_a_long_key_is_hashed_first_as_hmac_does(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(pseudonymised.KEY, "ä" * 40)  # 80 bytes, more than a block
    pseudonymised.publish(workspace)
    found = rows(copy_of(workspace), "select distinct worker_id from reporting.rpt_pay order by 1")
    assert found == sorted([(pseudonym("worker", "ann", "ä" * 40),), (pseudonym("worker", "bob", "ä" * 40),)])


def test_rows_lie_in_the_order_of_the_pseudonyms(workspace: Workspace) -> None:
    """In the original's order the first row would be Ann's, whose id comes first, and so on to the last."""
    query = "select worker_id from reporting.rpt_pay"
    assert rows(workspace.published, query) == [("ann",), ("bob",), ("ann",)]
    pseudonymised.publish(workspace)
    ann, bob = pseudonym("worker", "ann"), pseudonym("worker", "bob")
    assert rows(copy_of(workspace), query) == sorted([(ann,), (ann,), (bob,)])


def test_the_same_key_gives_the_same_pseudonyms_in_the_next_build(workspace: Workspace) -> None:
    pseudonymised.publish(workspace)
    before = rows(copy_of(workspace), "select distinct worker_id from reporting.rpt_pay order by 1")
    make_build(workspace, NEXT_BUILD, MARTS.replace("12.34", "56.78"))
    store.publish(workspace)
    pseudonymised.publish(workspace)
    assert rows(copy_of(workspace), "select build_id from publication") == [(NEXT_BUILD,)]
    assert rows(copy_of(workspace), "select distinct worker_id from reporting.rpt_pay order by 1") == before
    names = sorted(path.name for path in (copy_of(workspace) / "builds").iterdir())
    assert names == [BUILD, NEXT_BUILD]


def test_the_same_build_and_key_are_published_once_and_another_key_anew(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = pseudonymised.publish(workspace)
    assert pseudonymised.publish(workspace) == first
    monkeypatch.setenv(pseudonymised.KEY, "another " + KEY)
    assert pseudonymised.publish(workspace).folder != first.folder
    found = {str(row[0]) for row in rows(copy_of(workspace), "select worker_id from reporting.rpt_pay")}
    assert found == {
        pseudonym("worker", "ann", "another " + KEY),
        pseudonym("worker", "bob", "another " + KEY),
    }


def test_only_the_owner_can_read_it_and_nobody_can_write(workspace: Workspace) -> None:
    folder = pseudonymised.publish(workspace).folder
    paths = [copy_of(workspace), folder, *folder.rglob("*")]
    assert {stat.S_IMODE(path.stat().st_mode) for path in paths if path.is_dir()} == {0o700}
    assert {stat.S_IMODE(path.stat().st_mode) for path in paths if path.is_file()} == {0o400}


@pytest.mark.parametrize("secret", ["", "x" * 31])
def test_without_a_good_key_nothing_is_written(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, secret: str
) -> None:
    monkeypatch.setenv(pseudonymised.KEY, secret)
    for attempt in (pseudonymised.require, pseudonymised.publish):
        with pytest.raises(UserError, match=r"QUOTALINE_PSEUDONYM_KEY: is (not set|shorter than 32)") as raised:
            attempt(workspace)
        assert not secret or secret not in str(raised.value)
    assert not copy_of(workspace).exists()


@pytest.mark.parametrize("path", ["published", "published/x", ".", "published/../published", "ledger/x", ".quotaline"])
def test_a_folder_that_is_not_its_own_is_refused(workspace: Workspace, path: str) -> None:
    with pytest.raises(UserError, match="needs a folder of its own"):
        pseudonymised.publish(asking_for_a_copy(workspace.root, path))


def test_a_folder_that_leads_into_the_published_one_is_refused(workspace: Workspace) -> None:
    (workspace.root / "elsewhere").symlink_to(workspace.published)
    with pytest.raises(UserError, match="needs a folder of its own"):
        pseudonymised.publish(asking_for_a_copy(workspace.root, "elsewhere/copy"))


@pytest.mark.parametrize(
    ("column", "personal", "fault"),
    [
        ("worker_id", None, "reporting.rpt_pay.worker_id: does not say what of a person it holds"),
        ("worker_id", "wroker", "holds 'wroker', which is none of worker"),
        ("amount", "worker", r"rpt_pay.amount: is DECIMAL\(18,2\): only text is replaced"),
    ],
)
def test_a_column_that_is_not_declared_stops_the_copy(
    workspace: Workspace, column: str, personal: str | None, fault: str
) -> None:
    declare(workspace, column, personal)  # type: ignore[arg-type]
    with pytest.raises(UserError, match=fault):
        pseudonymised.publish(workspace)
    assert not copy_of(workspace).exists()


def test_a_column_that_dbt_does_not_describe_stops_the_copy(workspace: Workspace) -> None:
    with writable(workspace) as connection:
        connection.execute("alter table reporting.rpt_pay add column nickname text")
    with pytest.raises(UserError, match="has not the columns that dbt describes"):
        pseudonymised.publish(workspace)


def writable(workspace: Workspace) -> duckdb.DuckDBPyConnection:
    path = (workspace.published / "current").resolve() / "quotaline.duckdb"
    path.chmod(0o600)
    return duckdb.connect(str(path))


# A whole company


@pytest.fixture(scope="module")
def company(demo: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The demo company, with a name in each column of its publication that may hold one, and a row in empty tables."""
    store.publish(demo)
    root = tmp_path_factory.mktemp("company") / "w"
    for part in ("published", ".quotaline/target", "landing"):
        shutil.copytree(demo.root / part, root / part, symlinks=True)
    workspace = asking_for_a_copy(root)
    with writable(workspace) as connection:
        for table in published_tables(read_manifest(workspace)):
            name = table.in_publication
            types = dict(connection.execute(f"select column_name, column_type from (describe {name})").fetchall())
            texts = [c.name for c in table.columns if types[c.name] == "VARCHAR" and c.personal in {*HASHED, *LEFT_OUT}]
            if connection.execute(f"select count(*) from {name}").fetchall() == [(0,)]:
                made = {"VARCHAR": "''", "DATE": "date '2026-01-01'", "TIMESTAMP": "timestamp '2026-01-01'"}
                values = [made.get(data_type, f"0::{data_type}") for data_type in types.values()]
                connection.execute(f"insert into {name} values ({', '.join(values)})")
            if texts:
                planted = ", ".join(f"\"{text}\" = coalesce(\"{text}\", '') || ' {PLANTED}'" for text in texts)
                connection.execute(f"update {name} set {planted}")
        connection.execute(f"update publication_checks set waived_by = '{PLANTED}', waiver_reason = 'by {PLANTED}'")
    return workspace


def needles(workspace: Workspace) -> list[str]:
    """Every worker's id, name and address, every CRM user's and customer's, as delivered."""
    landing = workspace.root / "landing" / "canonical"
    found: set[str] = {PLANTED}
    for entity, columns in (
        ("workers", "worker_id, worker_name, email"),
        ("crm_users", "user_id, email"),
        ("accounts", "account_id, account_name"),
    ):
        (path,) = landing.glob(f"{entity}.*")
        query = f"unpivot (select {columns} from '{path}') on columns(*)"
        found |= {str(value) for _, value in duckdb.sql(query).fetchall()}
    return sorted(found)


def test_no_name_or_id_of_a_person_stands_anywhere_in_the_copy(company: Workspace) -> None:
    folder = pseudonymised.publish(company).folder
    wanted = needles(company)
    assert len(wanted) > 100
    assert min(map(len, wanted)) >= 6  # no word that is found by chance
    original = (company.published / "current" / "quotaline.duckdb").resolve().read_bytes()
    assert any(needle.encode() in original for needle in wanted)  # else the search finds nothing anywhere
    for path in (path for path in folder.rglob("*") if path.is_file()):
        data = path.read_bytes()
        assert [needle for needle in wanted if needle.encode() in data] == [], path
    with duckdb.connect(str(folder / "quotaline.duckdb"), read_only=True) as connection:
        tables = connection.execute("select schema_name || '.' || table_name from duckdb_tables()").fetchall()
        parquet = [f"'{folder}/{path.name}/**/*.parquet'" for path in folder.iterdir() if path.is_dir()]
        for table in [name for (name,) in tables] + parquet:
            connection.execute(f"create or replace temp view searched as from {table}")
            texts = connection.execute("select column_name from (describe searched) where column_type = 'VARCHAR'")
            for (column,) in texts.fetchall():
                values = connection.execute(f'select distinct "{column}" from searched').fetchall()
                text = "\n".join(str(value) for (value,) in values)
                assert [needle for needle in wanted if needle in text] == [], (table, column)


def test_pay_adds_up_and_joins_in_the_copy_as_in_the_original(company: Workspace) -> None:
    pseudonymised.publish(company)
    for query in (
        "select count(*), sum(payroll_amount) from marts.fct_payouts",
        "select pay_period_id, count(distinct worker_id), sum(amount) from marts.fct_payouts group by 1 order by 1",
        # of one domain, whatever the column's name
        "select count(*) from marts.fct_credits as a join marts.fct_transactions as b using (transaction_id)",
        "select count(*) from marts.fct_deal_earnings as a join marts.fct_credits as b using (credit_id, worker_id)",
        "select count(*) from reporting.rpt_attainment as a join marts.dim_workers as b"
        " on a.manager_worker_id = b.worker_id and a.manager_name = b.worker_name",
        "select count(*) from reporting.rpt_payout_lineage as a join marts.dim_landing_files as b using (raw_file)",
    ):
        copied, original = rows(copy_of(company), query), rows(company.published, query)
        assert copied == original
        assert original[0][0] not in (0, None), query


def test_the_key_is_written_nowhere(company: Workspace) -> None:
    pseudonymised.publish(company)
    for path in (path for path in company.root.rglob("*") if path.is_file()):
        assert KEY.encode() not in path.read_bytes(), path
