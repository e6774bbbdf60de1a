"""The ledger: what was paid, closed month by closed month, append-only and chained by hash (docs/decisions/0012)."""
