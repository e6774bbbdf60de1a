"""What a check is, and the kinds of checks that the suites are written in.

A check is an expectation of Great Expectations, which decides, and a query of our own for the keys of the rows that
break it, which people read. Great Expectations itself takes seconds to import; nothing here does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from orchestration.builds import Layer


@dataclass(frozen=True)
class Check:
    """One thing that must hold. rows: what is checked, a table or query. expectation, arguments: a class of
    great_expectations.expectations and what it is told. failing: query of the failing rows' keys, if it is about rows.
    """

    layer: Layer
    table: str
    name: str
    rows: str
    expectation: str
    arguments: Mapping[str, Any]
    failing: str | None = None


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
        return self._column(f"{column}_is_plausible", column, "ExpectColumnValuesToBeBetween", arguments, broken)

    def is_unique_by(self, columns: Sequence[str]) -> Check:
        """No two rows alike in these columns, where null is like null."""
        listed = ", ".join(columns)
        query = f"select {listed} from {self.rows} as checked group by {listed} having count(*) > 1"
        return self.has_none(f"one_row_per_{'_and_'.join(columns)}", query)

    def has_none(self, name: str, failing: str) -> Check:
        """A query of the keys of rows that may not be; `{rows}` stands for what is checked."""
        query = failing.format(rows=self.rows)
        # Not UnexpectedRowsExpectation, which fetches the rows: a check that fails on all 20 million must count them.
        return Check(self.layer, self.table, name, f"({query})", "ExpectTableRowCountToEqual", {"value": 0}, query)

    def _column(self, name: str, column: str, expectation: str, arguments: Mapping[str, Any], broken: str) -> Check:
        failing = f"select {', '.join(self.keys)} from {self.rows} as checked where {broken}"
        return self._check(name, expectation, {"column": column, **arguments}, failing)

    def _check(self, name: str, expectation: str, arguments: Mapping[str, Any], failing: str | None = None) -> Check:
        return Check(self.layer, self.table, name, self.rows, expectation, arguments, failing)
