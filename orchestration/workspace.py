"""A workspace: one company's folder. Its settings (quotaline.toml) and the paths of everything that belongs to it."""

from __future__ import annotations

import difflib
import hashlib
import os
import re
import shlex
import tomllib
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from orchestration.problems import Problem, UserError
from orchestration.revision import code_revision

PROJECT_ROOT = Path(__file__).resolve().parent.parent
SETTINGS_FILE = "quotaline.toml"
FORMAT_VERSION = 1

Severity = Literal["warn", "stop"]


class Settings(BaseModel):
    """Base of all settings: unknown keys are refused, nothing changes after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class SourceSettings(Settings):
    """Where one source's files land; path relative to the workspace, or absolute."""

    path: str


class SeveritySettings(Settings):
    """What a breach of the input contract does: `warn` quarantines the row and goes on, `stop` ends the run there."""

    missing_column: Severity = "stop"
    unreadable_file: Severity = "stop"
    unparsable_value: Severity = "warn"
    missing_value: Severity = "warn"
    duplicate_key: Severity = "warn"
    overlapping_dates: Severity = "warn"
    dangling_reference: Severity = "warn"
    unknown_value: Severity = "warn"


Identifier = Annotated[str, Field(pattern="^[a-z][a-z0-9_]{0,47}$")]


class PostgresSettings(Settings):
    """The PostgreSQL database that a build is published to (docs/postgresql.md).

    The password is read from PGPASSWORD or PGPASSFILE, never from here. schema: holds the tables, and nothing else.
    access: the CSV file that says whose login is whose. The three roles: groups that people's logins are members of.
    """

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)] = 5432
    database: str
    user: str
    schema_name: Annotated[Identifier, Field(alias="schema")] = "marts"
    access: str = "access.csv"
    payee_role: Identifier = "ql_payee"
    manager_role: Identifier = "ql_manager"
    finance_role: Identifier = "ql_finance"

    @property
    def roles(self) -> tuple[str, str, str]:
        return self.payee_role, self.manager_role, self.finance_role

    @model_validator(mode="after")
    def _names(self) -> PostgresSettings:
        # Checked of the section as a whole, whose values are not quoted: somebody may have put a password into one.
        names = {"host": r"[\w.:/-]+", "database": r"[\w.-]+", "user": r"[\w.@-]+"}
        for name, pattern in names.items():
            if not re.fullmatch(pattern, getattr(self, name)) or "://" in getattr(self, name):
                raise ValueError(f"{name} must be a plain name; a password is read from PGPASSWORD or PGPASSFILE")
        if self.schema_name == "public" or self.schema_name.startswith("pg_"):
            raise ValueError("schema must be one of its own, which each publication replaces whole")
        if len({*self.roles, self.user}) < 4:
            raise ValueError("user, payee_role, manager_role and finance_role must be four different roles")
        return self


class PseudonymisedSettings(Settings):
    """A second store without names, at a path of its own (relative to the workspace); its key is in the environment."""

    path: str = "published-pseudonymised"


class PublishSettings(Settings):
    """keep_builds: how many publications stay on disk, the current one included. hyper: a file for Tableau too.
    pseudonymised: a copy without names, too (docs/decisions/0018). postgres: the same tables there, too.
    """

    keep_builds: Annotated[int, Field(ge=1)] = 3
    hyper: bool = False
    pseudonymised: PseudonymisedSettings | None = None
    postgres: PostgresSettings | None = None


class ScheduleSettings(Settings):
    """cron and time zone of the daily build."""

    cron: str = "0 5 * * *"
    timezone: str = "UTC"


class CloseSettings(Settings):
    """approvals: how many different names the closing of a month needs. backup: folder that closings are copied to."""

    approvals: Literal[1, 2] = 1
    backup: str | None = None


class OpenLineageSettings(Settings):
    """Where OpenLineage events go: `file` (path, relative to the state folder) or `http` (url of the catalogue)."""

    transport: Literal["file", "http"]
    path: str = "openlineage.jsonl"
    url: str | None = None

    @model_validator(mode="after")
    def _url_of_http(self) -> OpenLineageSettings:
        if (self.url is not None) != (self.transport == "http"):
            raise ValueError("url belongs to transport http, which needs one")
        if self.url is not None and not re.fullmatch(r"https?://[^/@\s]+(/[^@\s]*)?", self.url):
            raise ValueError(
                "url must be http:// or https:// without a password; a key is read from OPENLINEAGE_API_KEY"
            )
        return self


class BoundSettings(Settings):
    """What the gate's statistics take for usual. Volume and amount of the last whole month: at most `deviations` times
    the median deviation from the median of the `trailing_months` before it (no check before `least_months` of them).
    pay_to_target: at most so many times the target incentive of the months paid."""

    deviations: Annotated[Decimal, Field(gt=0)] = Decimal(6)
    trailing_months: Annotated[int, Field(ge=3, le=60)] = 12
    least_months: Annotated[int, Field(ge=3, le=60)] = 6
    pay_to_target: Annotated[Decimal, Field(gt=0)] = Decimal(10)


class WaiverSettings(Settings):
    """A check that may fail until a day, this day included, because somebody answers for it."""

    check: str
    by: Annotated[str, Field(min_length=1)]
    reason: Annotated[str, Field(min_length=1)]
    until: date


class QualitySettings(Settings):
    """The gate. severity: by check (`<schema>.<table>.<check>`), whether it blocks or warns. freshness: by source, how
    many days before the as-of date its newest event and delivery may lie; not checked where none is given."""

    severity: dict[str, Literal["warn", "block"]] = {}
    waivers: tuple[WaiverSettings, ...] = ()
    bounds: BoundSettings = BoundSettings()
    freshness: dict[str, Annotated[int, Field(ge=0)]] = {}


class WorkspaceSettings(Settings):
    """quotaline.toml. as_of: last day that counts (empty: today); months after it are future and earn nothing."""

    version: int
    name: str
    rules: str = "seeds"
    as_of: date | None = None
    fiscal_year_start_month: Annotated[int, Field(ge=1, le=12)] = 1
    sources: dict[str, SourceSettings] = {}
    severity: SeveritySettings = SeveritySettings()
    publish: PublishSettings = PublishSettings()
    schedule: ScheduleSettings = ScheduleSettings()
    close: CloseSettings = CloseSettings()
    quality: QualitySettings = QualitySettings()
    openlineage: OpenLineageSettings | None = None

    @field_validator("sources")
    @classmethod
    def _source_names(cls, sources: dict[str, SourceSettings]) -> dict[str, SourceSettings]:
        for name in sources:
            if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
                raise ValueError(f"source name {name!r} must be lower-case letters, digits and _")
            if name == "ledger":
                raise ValueError("the ledger is always read from the workspace's ledger folder")
        return sources


class Workspace:
    """One company's folder, opened."""

    def __init__(self, root: Path, settings: WorkspaceSettings) -> None:
        self.root = root.resolve()
        self.settings = settings

    @classmethod
    def open(cls, root: Path) -> Workspace:
        """The workspace in `root`. Raises UserError if there is none, or its settings don't hold."""
        path = root / SETTINGS_FILE
        if not path.is_file():
            raise UserError(
                f"{root} is not a workspace: it has no {SETTINGS_FILE}.",
                [Problem(str(root), "no workspace here", "make one with: quotaline init DIR --template canonical")],
            )
        return cls(root, read_settings(path))

    @property
    def state(self) -> Path:
        """Everything that can be deleted and made again: warehouse, Dagster's records, dbt's target."""
        return self.root / ".quotaline"

    @property
    def warehouse(self) -> Path:
        return self.state / "warehouse.duckdb"

    @property
    def dlt_state(self) -> Path:
        return self.state / "dlt"

    @property
    def dbt_target(self) -> Path:
        return self.state / "target"

    @property
    def dagster_home(self) -> Path:
        return self.state / "dagster"

    @property
    def build_records(self) -> Path:
        return self.state / "builds"

    @property
    def last_failure(self) -> Path:
        return self.state / "last_failure.json"

    @property
    def published(self) -> Path:
        return self.root / "published"

    @property
    def ledger(self) -> Path:
        return self.root / "ledger"

    @property
    def ledger_backup(self) -> Path | None:
        """Where the ledger's second copy is; None if there is to be none. Relative to the workspace, or absolute."""
        named = self.settings.close.backup
        return None if named is None else self.root / named

    @property
    def option(self) -> str:
        """How commands are told of this workspace: ` -w DIR`, nothing where it is the current folder."""
        return "" if self.root == Path.cwd() else f" -w {shlex.quote(str(self.root))}"

    @property
    def rules(self) -> Path:
        return self.root / self.settings.rules

    @property
    def rules_copy(self) -> Path:
        """The rules as dbt reads them: inside the project, so that seed-paths can be relative (docs/decisions/0002)."""
        name = hashlib.sha256(str(self.root).encode()).hexdigest()[:12]
        return PROJECT_ROOT / ".quotaline" / "rules" / name

    @property
    def sources(self) -> dict[str, Path]:
        """Landing folder of each source; always there: `canonical`, which also brings planning data, and the ledger."""
        named = {name: source.path for name, source in self.settings.sources.items()}
        always = {"canonical": "landing/canonical", "ledger": "ledger"}
        return {name: self.root / path for name, path in (always | named).items()}

    @property
    def as_of(self) -> date:
        return self.settings.as_of or date.today()

    def environment(self) -> dict[str, str]:
        """What dbt and Dagster read from the environment; the whole interface between them and the workspace."""
        return {
            "QUOTALINE_WORKSPACE": str(self.root),
            "QUOTALINE_WAREHOUSE": str(self.warehouse),
            "QUOTALINE_SEEDS": os.path.relpath(self.rules_copy, PROJECT_ROOT),
            "QUOTALINE_SOURCES": ",".join(self.sources),
            "QUOTALINE_AS_OF": self.as_of.isoformat(),
            "QUOTALINE_CODE_REVISION": code_revision(),
            "QUOTALINE_FISCAL_YEAR_START_MONTH": str(self.settings.fiscal_year_start_month),
            "QUOTALINE_DAGSTER": str(self.dagster_home),
            "DAGSTER_HOME": str(PROJECT_ROOT),
            "DO_NOT_TRACK": "1",
            "GX_ANALYTICS_ENABLED": "false",
            "RUNTIME__DLTHUB_TELEMETRY": "false",
        }


def read_settings(path: Path) -> WorkspaceSettings:
    """The settings in a quotaline.toml. Raises UserError with every problem found, each with its remedy."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UserError(f"{path.name} is not TOML: {error}") from None
    version = raw.get("version")
    if isinstance(version, int) and version > FORMAT_VERSION:
        raise UserError(
            f"{path.parent} was written by a newer Quotaline (format {version}, this one reads {FORMAT_VERSION}).",
            [Problem(path.name, f"version = {version}", "upgrade this checkout, or use the one that made it")],
        )
    try:
        return WorkspaceSettings.model_validate(raw)
    except ValidationError as error:
        problems = [_problem(path.name, dict(detail)) for detail in error.errors()]
        raise UserError(f"{path.name} does not describe a workspace:", problems) from None


def _problem(where: str, detail: dict[str, Any]) -> Problem:
    place = ".".join(str(part) for part in detail["loc"])
    if detail["type"] == "extra_forbidden":
        *parents, key = detail["loc"]
        near = difflib.get_close_matches(str(key), _keys(parents), n=1)
        return Problem(where, f"{place}: unknown key", f"did you mean {near[0]}?" if near else "remove it")
    if detail["type"] == "missing":
        return Problem(where, f"{place} is missing", "add it")
    # Of a whole section no values are quoted: one of them could be a password.
    said = place if isinstance(detail["input"], dict) else f"{place} = {detail['input']}"
    return Problem(where, f"{said}: {detail['msg']}", "correct it")


def _keys(parents: list[Any]) -> list[str]:
    model: Any = WorkspaceSettings
    for parent in parents:
        field = model.model_fields.get(str(parent)) if hasattr(model, "model_fields") else None
        annotation = field.annotation if field else None
        model = next((one for one in get_args(annotation) if hasattr(one, "model_fields")), annotation)  # X of X | None
    return [field.alias or name for name, field in getattr(model, "model_fields", {}).items()]
