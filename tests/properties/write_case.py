"""A drawn company as a case file, that expects what the oracle has: to be run alone, cut down and kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import yaml
from case_files import MOST_PLACES, Case
from side_by_side import HASHES, Difference, oracle_marts


class _Dumper(yaml.SafeDumper):
    """Numbers as they are, to the last digit."""


def _number(dumper: yaml.SafeDumper, value: Decimal) -> yaml.ScalarNode:
    tag = "tag:yaml.org,2002:float" if "." in f"{value:f}" else "tag:yaml.org,2002:int"
    return dumper.represent_scalar(tag, f"{value:f}")


_Dumper.add_representer(Decimal, _number)


def write_case(differences: Sequence[Difference], folder: Path) -> Path:
    """The case of these differences, all of one company; expected are the rows that only the oracle has."""
    case = differences[0].case
    document = {
        "id": case.id,
        "title": case.title,
        "source": f"drawn by {case.source}; expected: the oracle",
        "fiscal_year_start_month": case.fiscal_year_start_month,
        "as_of": case.as_of,
        "given": {
            entity: [{name: value for name, value in row.items() if value is not None} for row in rows]
            for entity, rows in case.given.items()
            if rows
        },
        "expect": {found.mart: _expected(case, found) for found in differences},
    }
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{case.id}.yaml"
    path.write_text(yaml.dump(document, Dumper=_Dumper, sort_keys=False, width=120), encoding="utf-8")
    return path


def _expected(case: Case, found: Difference) -> list[dict[str, Any]]:
    """Rows of the oracle alone; where only the models have any, one of those, absent."""
    columns = [(place, name) for place, name in enumerate(found.columns) if name not in HASHES]
    if found.only_oracle:
        return [{name: _shown(row[place]) for place, name in columns} for row in found.only_oracle]
    surplus = found.only_models[0]
    text = {name: surplus[place] for place, name in columns if isinstance(surplus[place], str | date | bool | None)}
    rows = oracle_marts(case)[found.mart]
    if any(all(row.get(name) == value for name, value in text.items()) for row in rows):
        text |= {name: _shown(surplus[place]) for place, name in columns}
    return [text | {"absent": True}]


def _shown(value: object) -> object:
    """A number at no more places than a case compares."""
    if isinstance(value, Decimal) and -int(value.as_tuple().exponent) > MOST_PLACES:
        return value.quantize(Decimal(1).scaleb(-MOST_PLACES), rounding=ROUND_HALF_UP)
    return value
