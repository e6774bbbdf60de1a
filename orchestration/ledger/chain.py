"""The hash chain: each line's hash covers the line and the hash before it, each month's covers its manifest as well.

    hash of a line  = sha256(hash before it + newline + the line's values as a JSON list of texts)
    hash of a month = sha256(hash of its last line + newline + its manifest without that hash, as JSON, keys sorted)

The first line of a month follows the hash of the month before it, the ledger's first line sixty-four zeros.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

GENESIS = "0" * 64
COLUMNS = (
    "payout_line_id",
    "worker_id",
    "component_id",
    "earned_period",
    "pay_period",
    "line_type",
    "amount",
    "currency",
    "payroll_amount",
    "payroll_currency",
)
"""What a line's hash covers, in this order; amounts as texts with two decimals."""


def line_hashes(before: str, lines: Iterable[Sequence[str | None]]) -> Iterator[str]:
    """The hash of each line, in the ledger's order. A chain is sequential: the one place where rows are looped over."""
    for line in lines:
        before = _sha256(before, json.dumps(list(line), ensure_ascii=False, separators=(",", ":")))
        yield before


def month_hash(last_line: str, manifest: Mapping[str, Any]) -> str:
    """The ledger's hash after a month, of its last line (or of the month before) and what its manifest says."""
    return _sha256(last_line, json.dumps(manifest, ensure_ascii=False, separators=(",", ":"), sort_keys=True))


def _sha256(before: str, text: str) -> str:
    return hashlib.sha256(f"{before}\n{text}".encode()).hexdigest()
