"""The suites of the rooms in one list: what must hold of the public tables before they are published."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from orchestration.published_tables import published_tables
from orchestration.quality.core import CORE
from orchestration.quality.credit import CREDIT
from orchestration.quality.payout import PAYOUT
from orchestration.quality.quota import QUOTA
from orchestration.quality.reporting import REPORTING
from orchestration.quality.suite import Check, Room, room_checks
from orchestration.workspace import BoundSettings

ROOMS: Mapping[str, Room] = {"core": CORE, "credit": CREDIT, "quota": QUOTA, "payout": PAYOUT, "reporting": REPORTING}


def marts_checks(manifest: Mapping[str, Any], bounds: BoundSettings) -> list[Check]:
    """All checks of the public tables, room by room."""
    tables = published_tables(dict(manifest))
    facts = {"staged_events": _staged_events(manifest), "pay_to_target": str(bounds.pay_to_target)}
    return [
        check
        for stage, room in ROOMS.items()
        for check in room_checks(room, [table for table in tables if table.stage == stage], facts)
    ]


def _staged_events(manifest: Mapping[str, Any]) -> str:
    """Query of the events that the sources' staging models delivered."""
    models = [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]
    columns = "source_system, event_id, event_date, currency, amount, raw_file, raw_row_number"
    return " union all ".join(
        sorted(
            f"select {columns} from {model['schema']}.{model['name']}"
            for model in models
            if model["name"].startswith("stg_") and model["name"].endswith("__sales_events")
        )
    )
