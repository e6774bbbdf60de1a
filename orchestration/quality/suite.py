"""What a check is, and the kinds of checks that the suites are written in.

A check is an expectation of Great Expectations, which decides, and a query of our own for the rows that break it, which
people read. Great Expectations itself takes seconds to import; nothing here does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from orchestration.builds import Layer, Waiver
from orchestration.published_tables import PublishedTable

FROM_RAW = ("raw_file", "raw_row_number")


@dataclass(frozen=True)
class Check:
    """One thing that must hold. rows: what is checked, a table or query. expectation, arguments: a class of
    great_expectations.expectations and what it is told. failing: query of the failing rows, if it is about rows; of its
    columns, values are what was found (pay, perhaps), all others name the row. severity, waiver: what a failure does.
    is_proof: keys and sums, which prove pay: never a mere warning.
    """

    layer: Layer
    table: str
    name: str
    rows: str
    expectation: str
    arguments: Mapping[str, Any]
    failing: str | None = None
    values: tuple[str, ...] = ()
    severity: Literal["warn", "block"] = "block"
    is_proof: bool = False
    waiver: Waiver | None = None

    @property
    def full_name(self) -> str:
        """As the settings name it: `payout.fct_payouts.deals_add_up_to_earnings`."""
        return f"{self.table}.{self.name}"

    @property
    def suite(self) -> str:
        """The room whose suite it belongs to: raw, core, credit, quota, payout or reporting."""
        return "raw" if self.layer == "raw" else self.table.split(".")[0]


@dataclass(frozen=True)
class Invariant:
    """A statement about a public table, as a query of the rows that contradict it; `{rows}` stands for the table."""

    table: str
    name: str
    failing: str
    values: tuple[str, ...] = ()
    severity: Literal["warn", "block"] = "block"
    is_proof: bool = True


@dataclass(frozen=True)
class Room:
    """What the suite of a room adds to the contracts of its tables. never_empty: tables that always have rows.
    ranges: by table and column, the lowest and highest value that can be meant."""

    never_empty: frozenset[str] = frozenset()
    ranges: Mapping[tuple[str, str], tuple[float, float]] = field(default_factory=dict)
    invariants: tuple[Invariant, ...] = ()


@dataclass(frozen=True)
class Checked:
    """A table under check. rows: all of it, or a query of the part that counts. keys: columns that name a row."""

    layer: Layer
    table: str
    rows: str
    keys: tuple[str, ...]

    def has_rows(self) -> Check:
        return self._check("has_rows", "ExpectTableRowCountToBeBetween", {"min_value": 1})

    def has_columns(self, columns: Sequence[str], others_too: bool = False) -> Check:
        """Exactly these columns; with others_too, at least these."""
        arguments = {"column_set": sorted(columns), "exact_match": not others_too}
        listed = ", ".join(f"('{column}')" for column in columns)
        failing = f"""
            select column_name, if(found.column_name is null, 'missing', 'not in the contract') as problem
            from (values {listed}) as told (column_name)
            full join (select column_name from (describe select * from {self.rows})) as found using (column_name)
            where found.column_name is null {"" if others_too else "or told.column_name is null"}
            """
        return self._check("has_its_columns", "ExpectTableColumnsToMatchSet", arguments, failing if columns else None)

    def is_never_null(self, column: str) -> Check:
        return self._column(f"{column}_is_never_null", column, "ExpectColumnValuesToNotBeNull", {}, f"{column} is null")

    def lies_between(self, column: str, low: str | float, high: str | float) -> Check:
        """Values, where there are any, from low to high, both included."""
        arguments = {"min_value": low, "max_value": high}
        bounds = [f"'{bound}'" if isinstance(bound, str) else str(bound) for bound in (low, high)]
        broken = f"{column} not between {bounds[0]} and {bounds[1]}"
        return self._column(
            f"{column}_is_plausible", column, "ExpectColumnValuesToBeBetween", arguments, broken, (column,)
        )

    def is_unique_by(self, columns: Sequence[str]) -> Check:
        """No two rows alike in these columns, where null is like null. Where rows are told apart by more than these
        (their place in a file), each of them is named."""
        listed = ", ".join(columns)
        repeated = f"select {listed} from {self.rows} as checked group by {listed} having count(*) > 1"
        failing = repeated
        if set(self.keys) - set(columns):
            same = " and ".join(f"checked.{column} is not distinct from repeated.{column}" for column in columns)
            keys = ", ".join(f"checked.{key}" for key in self.keys)
            failing = f"select {keys} from {self.rows} as checked inner join ({repeated}) as repeated on {same}"
        return self._none(f"one_row_per_{'_and_'.join(columns)}", repeated, failing, is_proof=True)

    def has_none(self, name: str, failing: str, values: Sequence[str] = (), **options: Any) -> Check:
        """A query of rows that may not be; `{rows}` stands for what is checked. values, options: as in Check."""
        query = failing.replace("{rows}", self.rows)
        return self._none(name, query, query, values=tuple(values), **options)

    def _none(self, name: str, decides: str, failing: str, **options: Any) -> Check:
        # Not UnexpectedRowsExpectation, which fetches the rows: a check that fails on all 20 million must count them.
        return Check(
            self.layer, self.table, name, f"({decides})", "ExpectTableRowCountToEqual", {"value": 0}, failing, **options
        )

    def _column(
        self,
        name: str,
        column: str,
        expectation: str,
        arguments: Mapping[str, Any],
        broken: str,
        values: tuple[str, ...] = (),
    ) -> Check:
        listed = ", ".join(dict.fromkeys((*self.keys, *values)))
        failing = f"select {listed} from {self.rows} as checked where {broken}"
        return self._check(name, expectation, {"column": column, **arguments}, failing, values)

    def _check(
        self,
        name: str,
        expectation: str,
        arguments: Mapping[str, Any],
        failing: str | None = None,
        values: tuple[str, ...] = (),
    ) -> Check:
        return Check(self.layer, self.table, name, self.rows, expectation, arguments, failing, values)


def room_checks(room: Room, tables: Sequence[PublishedTable], facts: Mapping[str, str]) -> Iterator[Check]:
    """The whole suite of a room: the contract of each of its tables, and its invariants. facts: what else stands in
    braces in the invariants' queries."""
    for table in tables:
        checked = _checked(table)
        yield from _contract_checks(room, table, checked)
        for invariant in room.invariants:
            if invariant.table == table.name:
                query = invariant.failing
                for name, fact in facts.items():
                    query = query.replace(f"{{{name}}}", fact)
                yield checked.has_none(
                    invariant.name,
                    query,
                    invariant.values,
                    severity=invariant.severity,
                    is_proof=invariant.is_proof,
                )


def _checked(table: PublishedTable) -> Checked:
    names = {column.name for column in table.columns}
    keys = [*table.grain, *(name for name in FROM_RAW if name in names)]
    return Checked("marts", table.in_warehouse, table.in_warehouse, tuple(keys))


def _contract_checks(room: Room, table: PublishedTable, checked: Checked) -> Iterator[Check]:
    """Columns, keys and what is never null, as dbt's manifest says; plausible values, as the room says."""
    if table.name in room.never_empty:
        yield checked.has_rows()
    yield checked.has_columns([column.name for column in table.columns])
    for column in table.columns:
        if column.is_required:
            yield checked.is_never_null(column.name)
    yield checked.is_unique_by(table.grain)
    for column in table.columns:
        if (table.name, column.name) in room.ranges:
            yield checked.lies_between(column.name, *room.ranges[table.name, column.name])
