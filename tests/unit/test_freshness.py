"""How old the newest event and the newest delivery of a source may be, where the workspace says so."""

from __future__ import annotations

from datetime import UTC, date, datetime

import duckdb
import pytest

from orchestration.ingest.contract import read_source_contract
from orchestration.quality.raw import raw_checks
from orchestration.workspace import QualitySettings

AS_OF = date(2026, 7, 31)


def late(event: str | None, delivered: str) -> dict[str, list[tuple[object, ...]]]:
    """What the two checks find where three days are allowed, by name. Ids of loads are dlt's: seconds since 1970."""
    load_id = str(datetime.fromisoformat(f"{delivered}T12:00:00").replace(tzinfo=UTC).timestamp())
    checks = raw_checks(read_source_contract("canonical"), QualitySettings(freshness={"canonical": 3}), AS_OF)
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute("create schema raw_canonical")
        connection.execute(
            "create table raw_canonical.current_files as"
            " select 'sales_events' as table_name, ? as load_id, 'f' as file",
            [load_id],
        )
        connection.execute(
            "create table raw_canonical.sales_events as"
            " select cast(? as date) as event_date, ? as _dlt_load_id, 'f' as _file",
            [event, load_id],
        )
        return {
            check.name.removesuffix("_is_fresh"): connection.execute(check.failing or "").fetchall()
            for check in checks
            if check.name.endswith("_is_fresh")
        }


def test_three_days_old_is_fresh_four_are_late() -> None:
    assert late("2026-07-28", "2026-07-28") == {"newest_event": [], "newest_delivery": []}
    assert late("2026-07-27", "2026-07-28")["newest_event"] == [(date(2026, 7, 27),)]
    assert late("2026-07-28", "2026-07-27")["newest_delivery"] == [(date(2026, 7, 27),)]


@pytest.mark.parametrize("event", ["2026-08-15", None])
def test_an_event_that_lies_ahead_or_has_no_date_makes_nothing_fresh(event: str | None) -> None:
    assert len(late(event, "2026-07-31")["newest_event"]) == 1


def test_nothing_is_asked_of_a_source_that_is_not_named() -> None:
    checks = raw_checks(read_source_contract("canonical"), QualitySettings(), AS_OF)
    assert not [check for check in checks if check.name.endswith("_is_fresh")]
