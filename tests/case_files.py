"""Case files: small companies with a known answer, read, validated, completed and compared.

A case gives rows of the input entities and expects rows of the marts. This module knows the file
format, its defaults and what "equal" means, and nothing about how anything is calculated, so that
every implementation of the calculation (the SQL models, the oracle) is held to the same cases.

No number passes through a float: YAML scalars keep their literal text until the type of their
column is known.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal, cast, get_args

import yaml

Value = str | Decimal | Fraction | date | bool | int | None
Row = dict[str, Value]
Kind = Literal["text", "date", "bool", "int", "money", "share", "rate", "qty", "period", "month"]

PLACES: dict[Kind, int] = {"money": 2, "share": 9, "rate": 8, "qty": 4}

# Columns by entity, in the order of the input contract; text where no kind is named. Ratios and tier
# bounds, to which the contract gives no type, are rates (8 places): they hold money and shares.
_SCHEMA = """
accounts: account_id account_name parent_account_id industry segment country region postal_code
    owner_user_id
products: product_id product_name product_family
crm_users: user_id worker_id email user_name
opportunities: opportunity_id opportunity_name account_id owner_user_id opportunity_type stage
    is_closed:bool is_won:bool created_date:date close_date:date currency amount:money
    probability:share
opportunity_splits: opportunity_id user_id split_type split_share:share
sales_events: event_id event_type event_date:date opportunity_id account_id product_id
    owner_user_id quantity:qty amount:money cost_amount:money currency term_months:int
    opportunity_type related_event_id
workers: worker_id worker_name email hire_date:date termination_date:date country payroll_currency
worker_jobs: worker_id valid_from:date valid_to:date job_title sales_role manager_worker_id
    fte:share
worker_compensation: worker_id valid_from:date valid_to:date base_salary:money
    target_incentive:money currency
worker_leaves: worker_id leave_from:date leave_to:date leave_type is_paid:bool
territory_assignments: territory_id worker_id assignment_role valid_from:date valid_to:date
    credit_share:share
plan_assignments: worker_id plan_id valid_from:date valid_to:date target_incentive:money
quotas: worker_id measure_id period:period quota_amount:money
objectives: objective_id worker_id component_id period:period objective_name weight:share
    target_value:rate actual_value:rate score:share
draws: worker_id valid_from:date valid_to:date draw_type amount_per_month:money currency
    recovery_share:share recovery_from:date
payout_adjustments: adjustment_id worker_id component_id period:month amount:money currency reason
    requested_by approved_by
settled_payouts: worker_id component_id earned_period:month pay_period:month line_type
    amount:money currency payroll_amount:money payroll_currency
measures: measure_id measure_name event_types value product_family opportunity_type
    min_amount:money min_margin:share min_term_months:int reversal_timing reversal_window_days:int
reversal_schedules: measure_id from_days:int to_days:int share:share
credit_rules: credit_rule_id measure_id credit_source alignment assignment_role sales_role
    product_family credit_share:share manager_levels:int priority:int valid_from:date
    valid_to:date
territories: territory_id territory_name parent_territory_id alignment
territory_rules: territory_rule_id territory_id priority:int account_id parent_account_id industry
    segment country region postal_prefix product_family valid_from:date valid_to:date
plans: plan_id plan_name currency quota_proration incentive_proration paid_leave_counts:bool
    continues_plan_id
plan_components: component_id plan_id component_name component_source measure_id payout_basis
    weight:share window quota_basis tier_basis tier_method cross_component_id payment_frequency
    threshold_attainment:rate cap_attainment:rate cap_amount:money release_event
    release_share_at_booking:share
release_schedules: component_id after_months:int share:share
rate_tiers: component_id tier_from:rate cross_from:rate tier_to:rate cross_to:rate rate:rate
component_modifiers: component_id by_component_id tier_from:rate tier_to:rate multiplier:rate
    method
ramp_schedules: plan_id tenure_month:int quota_share:share
quota_seasonality: measure_id month_of_year:int share:share
fx_rates: period:month from_currency to_currency rate:rate
fiscal_calendar: period:month starts_on:date ends_on:date
"""


def _entities(schema: str) -> dict[str, dict[str, Kind]]:
    """Columns and their kinds by entity; a line that is indented goes on with the one before."""
    entities: dict[str, dict[str, Kind]] = {}
    for line in re.sub(r"\n +", " ", schema.strip()).splitlines():
        entity, columns = line.split(": ", 1)
        kinds = (column.partition(":") for column in columns.split())
        entities[entity] = {name: _kind(kind or "text") for name, _, kind in kinds}
    return entities


def _kind(word: str) -> Kind:
    for kind in get_args(Kind):
        if word == kind:
            return cast(Kind, word)
    raise ValueError(f"{word!r} is no kind of column")


ENTITIES: dict[str, dict[str, Kind]] = _entities(_SCHEMA)

MARTS: frozenset[str] = frozenset(
    {
        "dim_periods",
        "fct_transactions",
        "fct_territory_alignments",
        "fct_credits",
        "fct_quotas",
        "fct_attainment",
        "fct_earnings",
        "fct_deal_earnings",
        "fct_payouts",
        "rpt_attainment",
        "rpt_payout_statement",
        "rpt_compensation_cost",
        "rpt_attainment_distribution",
        "rpt_territory_performance",
        "rpt_plan_effectiveness",
        "rpt_exceptions",
        "rpt_payout_lineage",
    }
)

# What a case leaves out is in dollars throughout.
CURRENCY_COLUMNS: dict[str, str] = {
    "sales_events": "currency",
    "opportunities": "currency",
    "workers": "payroll_currency",
    "worker_compensation": "currency",
    "draws": "currency",
    "payout_adjustments": "currency",
    "settled_payouts": "currency",
    "plans": "currency",
}
DEFAULT_CURRENCY = "USD"
DEFAULT_MEASURE = "sales"
DEFAULT_ACCOUNT = "account"
DEFAULT_PRODUCT = "product"

MONEY_COLUMNS: frozenset[str] = frozenset(
    {
        "amount",
        "credited_to_date",
        "quota_to_date",
        "quota_full_window",
        "earned_to_date",
        "credit_part",
    }
)
MOST_PLACES = 6

_PERIOD = re.compile(r"^FY(\d{4})(?:-(?:Q([1-4])|M(0[1-9]|1[0-2])))?$")
_NUMBER = re.compile(r"^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$")
_DATE = re.compile(r"^\d{4}-\d{2}-\d{2}$")
_CASE_ID = re.compile(r"^[a-z0-9-]+$")


class CaseError(Exception):
    """A case file that can't be used: every problem found in it, one a line."""

    def __init__(self, path: Path, problems: Sequence[str]) -> None:
        self.path = path
        self.problems = list(problems)
        super().__init__("\n".join([f"{path.name} is not a usable case:", *self.problems]))


@dataclass(frozen=True)
class Plain:
    """A scalar written without quotes; what it means depends on the column it stands in."""

    text: str


@dataclass(frozen=True)
class Written:
    """An expected number as it was written: its places say how exactly it is meant."""

    text: str
    value: Decimal

    @property
    def places(self) -> int:
        """Decimal places written."""
        exponent = self.value.as_tuple().exponent
        return max(0, -exponent) if isinstance(exponent, int) else 0

    def __str__(self) -> str:
        """The number as it was written."""
        return self.text


Expected = Written | str | date | bool | None


@dataclass(frozen=True)
class Expectation:
    """One row of a case's `expect`: a row that must exist, that may not, or a sum over rows."""

    mart: str
    columns: Mapping[str, Expected]
    absent: bool = False
    total: str | None = None
    equals: Written | None = None

    def __str__(self) -> str:
        """The expectation as a case file would state it."""
        cells = {name: _shown(value) for name, value in self.columns.items()}
        if self.absent:
            cells["absent"] = "true"
        if self.total is not None:
            cells = {"total": self.total, **cells, "equals": str(self.equals)}
        return "{" + ", ".join(f"{name}: {text}" for name, text in cells.items()) + "}"


@dataclass(frozen=True)
class Case:
    """A small company with a known answer; `given` is complete, defaults included."""

    id: str
    title: str
    source: str
    fiscal_year_start_month: int
    as_of: date
    given: Mapping[str, list[Row]]
    expect: Sequence[Expectation]
    path: Path = field(compare=False)


class _LiteralLoader(yaml.SafeLoader):
    """Loads every unquoted scalar that YAML would convert as its literal text."""


def _plain(_loader: yaml.SafeLoader, node: yaml.ScalarNode) -> Plain:
    return Plain(str(node.value))


def _unique_mapping(loader: _LiteralLoader, node: yaml.MappingNode) -> dict[str, Any]:
    """A mapping whose keys are text; a key given twice would silently lose a value."""
    mapping: dict[str, Any] = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        key = key.text if isinstance(key, Plain) else key
        if not isinstance(key, str):
            raise yaml.constructor.ConstructorError(None, None, "a key must be a word", key_node.start_mark)
        if key in mapping:
            raise yaml.constructor.ConstructorError(None, None, f"{key} is given twice", key_node.start_mark)
        mapping[key] = loader.construct_object(value_node, deep=True)
    return mapping


for _tag in ("int", "float", "bool", "null", "timestamp"):
    _LiteralLoader.add_constructor(f"tag:yaml.org,2002:{_tag}", _plain)
_LiteralLoader.add_constructor("tag:yaml.org,2002:map", _unique_mapping)


def read_cases(folder: Path) -> Iterator[Case]:
    """Every case of a folder (`*.yaml`, `*.yml`), in the order of their file names."""
    for path in sorted([*folder.glob("*.yaml"), *folder.glob("*.yml")]):
        yield read_case(path)


def read_case(path: Path) -> Case:
    """One case file, validated and completed. Raises CaseError naming all that is wrong."""
    try:
        # The loader derives from SafeLoader: it builds plain data only.
        document = yaml.load(path.read_text(encoding="utf-8"), Loader=_LiteralLoader)  # noqa: S506
    except yaml.YAMLError as error:
        raise CaseError(path, [f"not readable as YAML: {error}"]) from error
    if not isinstance(document, dict):
        raise CaseError(path, ["a case is a mapping with id, title, source, given, expect"])
    return _CaseReader(path, document).read()


class _CaseReader:
    """Reads one document and collects its problems, so that all are reported at once."""

    def __init__(self, path: Path, document: dict[str, Any]) -> None:
        self.path = path
        self.document = document
        self.problems: list[str] = []

    def read(self) -> Case:
        known = {"id", "title", "source", "fiscal_year_start_month", "as_of", "given", "expect"}
        for name in self.document.keys() - known:
            self.problems.append(f"{name}: unknown key; a case has {', '.join(sorted(known))}")
        case_id = self._header("id")
        if case_id and not _CASE_ID.match(case_id):
            self.problems.append(f"id: {case_id!r} must be of a-z, 0-9 and -")
        title, source = self._header("title"), self._header("source")
        start_month = self._parsed("fiscal_year_start_month", "int")
        if start_month is None:
            start_month = 1
        if not isinstance(start_month, int) or not 1 <= start_month <= 12:
            self.problems.append("fiscal_year_start_month: must be 1 to 12")
            start_month = 1
        as_of = self._parsed("as_of", "date")
        given = self._given()
        expect = self._expect()
        self._stop_on_problems()

        calendar = _Months(start_month, given.get("fiscal_calendar", []))
        with_defaults(given, calendar)
        if not isinstance(as_of, date):
            as_of = _default_as_of(given, calendar)
        if as_of is None:
            self.problems.append("as_of: nothing in the case has a date it could follow from")
        self._stop_on_problems()
        assert as_of is not None
        return Case(case_id, title, source, start_month, as_of, given, expect, self.path)

    def _stop_on_problems(self) -> None:
        if self.problems:
            raise CaseError(self.path, self.problems)

    def _header(self, name: str) -> str:
        value = self.document.get(name)
        if value is None:
            self.problems.append(f"{name}: missing")
            return ""
        return value.text if isinstance(value, Plain) else str(value)

    def _parsed(self, name: str, kind: Kind) -> Value:
        return self._cell(self.document.get(name), kind, name)

    def _rows(self, section: str, known: Iterable[str]) -> Iterator[tuple[str, str, dict[str, Any]]]:
        """(name, place, row) of every row below `given` or `expect`."""
        known = set(known)
        content = self.document.get(section)
        if not isinstance(content, dict):
            self.problems.append(f"{section}: must map names to lists of rows")
            return
        for name, rows in content.items():
            if name not in known:
                self.problems.append(f"{section}.{name}: unknown; one of {', '.join(sorted(known))}")
                continue
            if not isinstance(rows, list):
                self.problems.append(f"{section}.{name}: must be a list of rows")
                continue
            for number, row in enumerate(rows, start=1):
                place = f"{section}.{name}, row {number}"
                if isinstance(row, dict):
                    yield name, place, row
                else:
                    self.problems.append(f"{place}: must be a mapping of columns to values")

    def _given(self) -> dict[str, list[Row]]:
        given: dict[str, list[Row]] = {}
        for entity, place, cells in self._rows("given", ENTITIES):
            columns = ENTITIES[entity]
            row: Row = {}
            for name, value in cells.items():
                # `worker` on an event is short for its owner; see with_defaults.
                if entity == "sales_events" and name == "worker":
                    if "owner_user_id" in cells:
                        self.problems.append(f"{place}: worker and owner_user_id name the same")
                    row["worker"] = self._cell(value, "text", f"{place}, worker")
                elif name not in columns:
                    self.problems.append(f"{place}, {name}: unknown column; {entity} has {', '.join(columns)}")
                else:
                    row[name] = self._cell(value, columns[name], f"{place}, {name}")
            given.setdefault(entity, []).append(row)
        return given

    def _cell(self, value: object, kind: Kind, place: str) -> Value:
        """A given value in the type of its column; a problem, and null, where it has none."""
        quoted = isinstance(value, str)
        text = value.text if isinstance(value, Plain) else value
        if text is None or (not quoted and isinstance(text, str) and _is_null(text)):
            return None
        if not isinstance(text, str):
            self.problems.append(f"{place}: a single value expected, not {type(text).__name__}")
            return None
        try:
            return _typed(text, kind)
        except ValueError as error:
            self.problems.append(f"{place}: {text!r} {error}")
            return None

    def _expect(self) -> list[Expectation]:
        expectations = []
        for mart, place, cells in self._rows("expect", MARTS):
            columns = {name: _expected(value) for name, value in cells.items()}
            absent = columns.pop("absent", False)
            total = columns.pop("total", None)
            equals = columns.pop("equals", None)
            if not isinstance(absent, bool):
                self.problems.append(f"{place}, absent: must be true")
                continue
            if (total is None) != (equals is None):
                self.problems.append(f"{place}: total and equals belong together")
                continue
            if total is not None and (absent or not isinstance(total, str)):
                self.problems.append(f"{place}: total names a column, and is never absent")
                continue
            if equals is not None and not isinstance(equals, Written):
                self.problems.append(f"{place}, equals: must be a number")
                continue
            if not columns and total is None:
                self.problems.append(f"{place}: names no column")
                continue
            for name, raw in cells.items():
                if isinstance(raw, dict | list):
                    self.problems.append(f"{place}, {name}: a single value expected")
            expectations.append(Expectation(mart, columns, absent, total if isinstance(total, str) else None, equals))
        if not expectations and not self.problems:
            self.problems.append("expect: a case without expectations proves nothing")
        return expectations


def _is_null(text: str) -> bool:
    return text in ("", "~", "null", "Null", "NULL")


def _typed(text: str, kind: Kind) -> Value:
    """Text in the type of its column. Raises ValueError with what was expected."""
    match kind:
        case "text":
            return text
        case "bool":
            if text.lower() not in ("true", "false"):
                raise ValueError("must be true or false")
            return text.lower() == "true"
        case "date":
            if not _DATE.match(text):
                raise ValueError("must be a date like 2026-01-31")
            return date.fromisoformat(text)
        case "int":
            if not re.match(r"^[+-]?\d+$", text):
                raise ValueError("must be a whole number")
            return int(text)
        case "period" | "month":
            match_ = _PERIOD.match(text)
            if not match_ or (kind == "month" and match_[3] is None):
                raise ValueError("must be a period like FY2026-M01")
            return text
        case _:
            if not _NUMBER.match(text):
                raise ValueError("must be a number")
            number = Decimal(text)
            if -int(number.normalize().as_tuple().exponent) > PLACES[kind]:
                raise ValueError(f"has more than {PLACES[kind]} decimal places")
            return number


def _expected(value: object) -> Expected:
    """An expected value, typed by how it is written: what is quoted is text."""
    if value is None:
        return None
    if not isinstance(value, Plain):
        # An unquoted word that YAML gives no type arrives as text, too.
        return value if isinstance(value, str) else str(value)
    text = value.text
    if _is_null(text):
        return None
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    if _DATE.match(text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            return text
    if _NUMBER.match(text):
        try:
            return Written(text, Decimal(text))
        except InvalidOperation:
            return text
    return text


class _Months:
    """Just enough of a fiscal calendar to date a period by its name."""

    def __init__(self, start_month: int, calendar_rows: Sequence[Row]) -> None:
        self.start_month = start_month
        self.ends: dict[str, date] = {}
        self.starts: dict[str, date] = {}
        for row in calendar_rows:
            period, starts_on, ends_on = row.get("period"), row.get("starts_on"), row.get("ends_on")
            if isinstance(period, str) and isinstance(starts_on, date) and isinstance(ends_on, date):
                self.starts[period], self.ends[period] = starts_on, ends_on

    def end_of(self, period: str) -> date:
        """The day after the period's last."""
        parts = _PERIOD.match(period)
        assert parts, period
        month = int(parts[3]) if parts[3] else int(parts[2]) * 3 if parts[2] else 12
        last = f"FY{parts[1]}-M{month:02d}"
        if last in self.ends:
            return self.ends[last]
        first_year = int(parts[1]) - (1 if self.start_month > 1 else 0)
        return _first_of_month(first_year, self.start_month + month)

    def year_start(self, day: date) -> date:
        """The first day of the fiscal year that holds the day."""
        for period, starts_on in self.starts.items():
            if starts_on <= day < self.ends[period]:
                return self.starts.get(period[:7] + "M01", starts_on)
        year = day.year if day.month >= self.start_month else day.year - 1
        return date(year, self.start_month, 1)

    def month_end(self, day: date) -> date:
        """The last day of the fiscal month that holds the day."""
        for period, starts_on in self.starts.items():
            if starts_on <= day < self.ends[period]:
                return self.ends[period] - timedelta(days=1)
        return _first_of_month(day.year, day.month + 1) - timedelta(days=1)


def _first_of_month(year: int, month: int) -> date:
    return date(year + (month - 1) // 12, (month - 1) % 12 + 1, 1)


def _default_as_of(given: Mapping[str, list[Row]], calendar: _Months) -> date | None:
    """The end of the month of the latest event, settled payout, adjustment or objective.

    A case with none of them (one about quotas, say) is computed through the end of the fiscal year
    of the latest day it names.
    """
    event_dates = [row.get("event_date") for row in given.get("sales_events", [])]
    days = [calendar.month_end(day) for day in event_dates if isinstance(day, date)]
    named = {
        "settled_payouts": "pay_period",
        "payout_adjustments": "period",
        "objectives": "period",
    }
    for entity, column in named.items():
        for row in given.get(entity, []):
            period = row.get(column)
            if isinstance(period, str):
                days.append(calendar.end_of(period) - timedelta(days=1))
    if days:
        return max(days)
    latest = max(_days_named(given, calendar), default=None)
    if latest is None:
        return None
    starts_on = calendar.year_start(latest)
    return calendar.year_start(starts_on + timedelta(days=370)) - timedelta(days=1)


def _days_named(given: Mapping[str, list[Row]], calendar: _Months) -> Iterator[date]:
    for entity, rows in given.items():
        for row in rows:
            for column, kind in ENTITIES[entity].items():
                value = row.get(column)
                if kind == "date" and isinstance(value, date) and not isinstance(value, datetime):
                    yield value
                elif kind in ("period", "month") and isinstance(value, str):
                    yield calendar.end_of(value) - timedelta(days=1)


def with_defaults(given: dict[str, list[Row]], calendar: _Months) -> None:
    """Completes a case's rows in place, so that a case states only what it is about.

    Defaults of single columns that the input contract states for everyone (weight 1, window month
    ...) stay empty here: the pipeline owes them to production, too.
    """
    for entity, column in CURRENCY_COLUMNS.items():
        for row in given.get(entity, []):
            if row.get(column) is None:
                row[column] = DEFAULT_CURRENCY
    _complete_dates(given, calendar)
    _complete_people(given)
    _complete_catalogue(given)
    _complete_measures(given)


def _complete_dates(given: dict[str, list[Row]], calendar: _Months) -> None:
    """A plan assignment or hire without a date holds from the first fiscal year of the case on."""
    dated = {"workers": "hire_date", "plan_assignments": "valid_from"}
    undated = [
        (row, column) for entity, column in dated.items() for row in given.get(entity, []) if row.get(column) is None
    ]
    if not undated:
        return
    events = [row.get("event_date") for row in given.get("sales_events", [])]
    days = [day for day in events if isinstance(day, date)] or list(_days_named(given, calendar))
    if days:
        first_day = calendar.year_start(min(days))
        for row, column in undated:
            row[column] = first_day


def _complete_people(given: dict[str, list[Row]]) -> None:
    """A job and a CRM user per worker, and owners in place of `worker`."""
    workers = given.get("workers", [])
    if workers:
        with_job = {row.get("worker_id") for row in given.get("worker_jobs", [])}
        jobs: list[Row] = [
            {"worker_id": worker["worker_id"], "valid_from": worker.get("hire_date")}
            for worker in workers
            if worker.get("worker_id") is not None and worker["worker_id"] not in with_job
        ]
        if jobs:
            given.setdefault("worker_jobs", []).extend(jobs)

    users = given.get("crm_users", [])
    by_email = {row["email"]: row.get("worker_id") for row in workers if row.get("email")}
    user_of: dict[Value, Value] = {}
    for user in users:
        worker_id = user.get("worker_id") or by_email.get(user.get("email"))
        if worker_id is not None:
            user_of.setdefault(worker_id, user.get("user_id"))
    taken = {user.get("user_id") for user in users}
    new_users: list[Row] = [
        {"user_id": worker["worker_id"], "worker_id": worker["worker_id"]}
        for worker in workers
        if worker.get("worker_id") is not None
        and worker["worker_id"] not in user_of
        and worker["worker_id"] not in taken
    ]
    if new_users:
        given.setdefault("crm_users", []).extend(new_users)

    for event in given.get("sales_events", []):
        if "worker" in event:
            worker_id = event.pop("worker")
            event["owner_user_id"] = user_of.get(worker_id, worker_id)


def _complete_catalogue(given: dict[str, list[Row]]) -> None:
    """One account and one product where none are given, and those that are named but not given."""
    opportunities = {row.get("opportunity_id"): row for row in given.get("opportunities", [])}
    for entity, column, default in (
        ("accounts", "account_id", DEFAULT_ACCOUNT),
        ("products", "product_id", DEFAULT_PRODUCT),
    ):
        some_given = bool(given.get(entity))
        if not some_given:
            for event in given.get("sales_events", []):
                opportunity = opportunities.get(event.get("opportunity_id"), {})
                if event.get(column) is None and opportunity.get(column) is None:
                    event[column] = default
        known = {row.get(column) for row in given.get(entity, [])}
        named = [
            row.get(column)
            for user in ("sales_events", "opportunities", "territory_rules")
            for row in given.get(user, [])
        ]
        for name in dict.fromkeys(named):
            if name is not None and name not in known:
                title = column.removesuffix("_id") + "_name"
                given.setdefault(entity, []).append({column: name, title: name})


def _complete_measures(given: dict[str, list[Row]]) -> None:
    """The measure `sales` where it is named or none is given, an owner rule where none is given."""
    measures = given.get("measures", [])
    named = {
        row.get("measure_id")
        for entity in ("plan_components", "quotas", "credit_rules")
        for row in given.get(entity, [])
    }
    known = {row.get("measure_id") for row in measures}
    if (not measures or DEFAULT_MEASURE in named) and DEFAULT_MEASURE not in known:
        given.setdefault("measures", []).append(
            {
                "measure_id": DEFAULT_MEASURE,
                "measure_name": DEFAULT_MEASURE,
                "event_types": "booking",
                "value": "amount",
                "reversal_timing": "event_period",
            }
        )
    rules = given.get("credit_rules", [])
    with_rule = {row.get("measure_id") for row in rules}
    taken = {row.get("credit_rule_id") for row in rules}
    without = [row["measure_id"] for row in given["measures"] if row.get("measure_id") not in with_rule]
    for measure_id in without:
        alone = len(without) == 1 and "owner" not in taken
        rule: Row = {
            "credit_rule_id": "owner" if alone else f"owner_{measure_id}",
            "measure_id": measure_id,
            "credit_source": "owner",
        }
        given.setdefault("credit_rules", []).append(rule)


# --- comparing ------------------------------------------------------------------------------------


def check(expectation: Expectation, actual_rows: Iterable[Mapping[str, Value]]) -> str | None:
    """None if the rows of the mart meet the expectation, else what is wrong, to be read by people.

    Text, ids, dates and booleans must be the same; numbers must be equal at the places written (at
    most 6), money always to the cent; null expects null.
    """
    rows = list(actual_rows)
    unknown = _unknown_columns(expectation, rows)
    if unknown:
        return f"{expectation.mart} has no column {', '.join(unknown)}: expected {expectation}"
    matching = [row for row in rows if not _differences(expectation.columns, row)]
    if expectation.total is not None:
        return _check_total(expectation, matching, rows)
    if expectation.absent:
        if not matching:
            return None
        lines = [f"{expectation.mart} has a row that may not exist: {expectation}"]
        return "\n".join(lines + [f"  found {_shown_row(row)}" for row in matching[:3]])
    if matching:
        return None
    return "\n".join([f"{expectation.mart} lacks the row {expectation}", *_nearest(expectation.columns, rows)])


def _unknown_columns(expectation: Expectation, rows: Sequence[Mapping[str, Value]]) -> list[str]:
    """Columns that no row has: a typing error would otherwise pass as `absent`."""
    if not rows:
        return []
    known = set().union(*rows)
    asked = [*expectation.columns, *([expectation.total] if expectation.total else [])]
    return [name for name in asked if name not in known]


def _check_total(
    expectation: Expectation,
    matching: Sequence[Mapping[str, Value]],
    rows: Sequence[Mapping[str, Value]],
) -> str | None:
    assert expectation.total is not None
    assert expectation.equals is not None
    total = Fraction(0)
    for row in matching:
        value = row[expectation.total]
        number = _as_fraction(value)
        if number is None and value is not None:
            return f"{expectation.mart}.{expectation.total} is no exact number: {value!r}"
        total += number or 0
    if _equal_numbers(expectation.total, expectation.equals, total):
        return None
    lines = [
        f"{expectation.mart}: the total is {_shown(total)}, expected {expectation}",
        *(f"  summed {_shown_row(row)}" for row in matching[:10]),
    ]
    if not matching:
        lines += ["  no row was summed", *_nearest(expectation.columns, rows)]
    return "\n".join(lines)


def _differences(columns: Mapping[str, Expected], row: Mapping[str, Value]) -> list[str]:
    return [name for name, value in columns.items() if not _equal(name, value, row.get(name))]


def _equal(name: str, expected: Expected, actual: Value) -> bool:
    if isinstance(actual, datetime) and actual.time() == datetime.min.time():
        actual = actual.date()
    if expected is None or actual is None:
        return expected is None and actual is None
    if isinstance(expected, Written):
        if isinstance(actual, str):  # an id that looks like a number
            return expected.text == actual
        number = _as_fraction(actual)
        return number is not None and _equal_numbers(name, expected, number)
    if isinstance(expected, bool) or isinstance(actual, bool):
        return expected is actual
    return type(expected) is type(actual) and expected == actual


def is_money(column: str) -> bool:
    """Whether a column is compared to the cent, however its number is written."""
    return column in MONEY_COLUMNS or column.endswith("_amount")


def _equal_numbers(column: str, expected: Written, actual: Fraction) -> bool:
    places = 2 if is_money(column) else min(expected.places, MOST_PLACES)
    return _rounded(Fraction(expected.value), places) == _rounded(actual, places)


def _as_fraction(value: Value) -> Fraction | None:
    """The exact number, or None for what isn't one: text, booleans, and floats."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal | Fraction):
        return None
    return Fraction(value)


def _rounded(number: Fraction, places: int) -> int:
    """The number in units of its last place, half away from zero."""
    scale: int = 10**places
    scaled = abs(number) * scale
    units: int = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return units if number >= 0 else -units


def _nearest(columns: Mapping[str, Expected], rows: Sequence[Mapping[str, Value]]) -> list[str]:
    """The three rows that differ least, keys weighing more than numbers."""
    if not rows:
        return ["  the mart is empty"]

    def distance(row: Mapping[str, Value]) -> tuple[int, int]:
        wrong = _differences(columns, row)
        keys = sum(1 for name in wrong if not isinstance(columns[name], Written))
        return keys, len(wrong)

    lines = []
    for row in sorted(rows, key=distance)[:3]:
        wrong = ", ".join(
            f"{name} is {_shown(row.get(name))}, not {_shown(columns[name])}" for name in _differences(columns, row)
        )
        lines += [f"  nearest {_shown_row(row)}", f"    where {wrong}"]
    return lines


def _shown_row(row: Mapping[str, Value]) -> str:
    cells = (f"{name}: {_shown(value)}" for name, value in row.items() if value is not None)
    return "{" + ", ".join(cells) + "}"


def _shown(value: Value | Expected) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Fraction):
        number = Decimal(value.numerator) / Decimal(value.denominator)
        shown = number.quantize(Decimal("0.00000001"), rounding=ROUND_HALF_UP).normalize()
        return f"{shown:f}"
    return str(value)
