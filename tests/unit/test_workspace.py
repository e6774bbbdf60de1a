"""A workspace's settings: what is wrong is said all at once, in words."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from orchestration.problems import UserError
from orchestration.workspace import PROJECT_ROOT, SETTINGS_FILE, Workspace


def workspace(root: Path, settings: str) -> Workspace:
    (root / SETTINGS_FILE).write_text(settings, encoding="utf-8")
    return Workspace.open(root)


def problems(root: Path, settings: str) -> str:
    with pytest.raises(UserError) as raised:
        workspace(root, settings)
    assert raised.value.exit_code == 2
    return str(raised.value)


def test_the_smallest_settings_have_sensible_defaults(tmp_path: Path) -> None:
    opened = workspace(tmp_path, 'version = 1\nname = "Acme"\n')
    assert opened.as_of == date.today()
    assert opened.rules == tmp_path / "seeds"
    assert opened.sources == {"canonical": tmp_path / "landing/canonical", "ledger": tmp_path / "ledger"}
    assert opened.settings.publish.keep_builds == 3


def test_a_folder_without_settings_is_no_workspace(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="make one with: quotaline init"):
        Workspace.open(tmp_path)


def test_every_mistake_is_told_at_once(tmp_path: Path) -> None:
    said = problems(tmp_path, 'version = 1\nfiscal_year_start_month = 13\nfiscal_calender = "x"\n')
    assert "name is missing; add it" in said
    assert "fiscal_year_start_month = 13" in said
    assert "fiscal_calender: unknown key" in said


def test_an_unknown_key_gets_the_nearest_known_one(tmp_path: Path) -> None:
    assert "did you mean as_of?" in problems(tmp_path, 'version = 1\nname = "Acme"\nas_off = 2026-01-01\n')
    assert "did you mean keep_builds?" in problems(tmp_path, 'version = 1\nname = "Acme"\npublish.keep_build = 2\n')


def test_a_newer_format_is_refused_before_its_keys_are(tmp_path: Path) -> None:
    said = problems(tmp_path, 'version = 2\nname = "Acme"\nscenario = "x"\n')
    assert "written by a newer Quotaline" in said
    assert "scenario" not in said


def test_what_is_not_toml_is_said_with_its_place(tmp_path: Path) -> None:
    assert "line 1" in problems(tmp_path, "version 1\n")


@pytest.mark.parametrize(
    "name",
    [
        "Sales",
        "my-crm",
        "",
        " crm",
        "crm\n",
        "1crm",
        "crm'; drop schema core; --",
        'raw".x',
        "vertr\u00edeb",
        "{{ 1 }}",
    ],
)
def test_source_names_become_schemas_so_they_are_plain(tmp_path: Path, name: str) -> None:
    said = problems(tmp_path, f'version = 1\nname = "Acme"\nsources.{json.dumps(name)}.path = "landing"\n')
    assert f"source name {name!r} must be lower-case letters, digits and _" in said


def test_the_ledger_is_no_source_of_the_users_own(tmp_path: Path) -> None:
    said = problems(tmp_path, 'version = 1\nname = "Acme"\nsources.ledger.path = "landing"\n')
    assert "the ledger is always read from the workspace's ledger folder" in said


def test_the_environment_names_the_rules_relative_to_the_project(tmp_path: Path) -> None:
    environment = workspace(tmp_path, 'version = 1\nname = "Acme"\nas_of = 2026-01-31\n').environment()
    seeds = Path(environment["QUOTALINE_SEEDS"])
    assert not seeds.is_absolute()  # or dbt writes over the CSV files
    assert (PROJECT_ROOT / seeds).is_relative_to(PROJECT_ROOT / ".quotaline" / "rules")
    assert environment["QUOTALINE_AS_OF"] == "2026-01-31"
    assert environment["DO_NOT_TRACK"] == "1"


def test_two_workspaces_have_rules_copies_of_their_own(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    one, other = (workspace(tmp_path / name, 'version = 1\nname = "Acme"\n') for name in ("a", "b"))
    assert one.rules_copy != other.rules_copy


POSTGRES = 'version = 1\nname = "Acme"\n[publish.postgres]\ndatabase = "sales"\nuser = "ql_publisher"\n'


def test_postgresql_is_off_unless_it_is_configured(tmp_path: Path) -> None:
    assert workspace(tmp_path, 'version = 1\nname = "Acme"\n').settings.publish.postgres is None
    settings = workspace(tmp_path, POSTGRES + 'schema = "pay"\n').settings.publish.postgres
    assert settings is not None
    assert (settings.host, settings.port, settings.schema_name) == ("127.0.0.1", 5432, "pay")
    assert settings.roles == ("ql_payee", "ql_manager", "ql_finance")


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ('password = "hunter2"', "publish.postgres.password: unknown key"),
        (
            'host = "postgresql://me:hunter2@db.example.com"',
            "host must be a plain name; a password is read from PGPASS",
        ),
        ('host = "db password=hunter2"', "host must be a plain name"),
        ('schema = "public"', "schema must be one of its own"),
        ('schema = "pg_catalog"', "schema must be one of its own"),
        ('schema = "marts; drop table x"', "publish.postgres.schema"),
        ('schema = "Marts"', "publish.postgres.schema"),
        ('payee_role = "ql_finance"', "must be four different roles"),
        ('finance_role = "ql_publisher"', "must be four different roles"),
        ('payee_roll = "ql_payee"', "did you mean payee_role?"),
        ('shema = "pay"', "did you mean schema?"),
        ("port = 0", "publish.postgres.port = 0"),
    ],
)
def test_settings_of_postgresql_are_checked_and_no_password_is_repeated(
    tmp_path: Path, setting: str, said: str
) -> None:
    told = problems(tmp_path, POSTGRES + setting + "\n")
    assert said in told
    assert "hunter2" not in told
