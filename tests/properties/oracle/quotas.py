"""Quotas by fiscal month (calculation.md section 4: `fct_quotas`).

A quarter's or year's quota is spread over its months by seasonality, else evenly, each month
rounded and the remainder in the last; a finer quota replaces the coarser one's month.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from .exact import ONE, ZERO, money, rounded
from .inputs import Inputs, Quota, Row
from .periods import Calendar, Period


class Quotas:
    """Quota amounts by worker, measure and month."""

    def __init__(self, inputs: Inputs, calendar: Calendar) -> None:
        self._amounts: dict[tuple[str, str, str], Fraction] = {}
        seasons = {(row.measure_id, row.month_of_year): row.share for row in inputs.quota_seasonality}
        seasonal = {row.measure_id for row in inputs.quota_seasonality}
        # Coarse to fine, so that each finer quota overwrites.
        for quota in sorted(inputs.quotas, key=_coarseness):
            months = calendar.months_of(quota.period)
            if not months:
                continue  # a given calendar that doesn't reach so far
            shares = [ONE] * len(months)
            if quota.measure_id in seasonal:
                shares = [seasons.get((quota.measure_id, month.month_of_year), ZERO) for month in months]
            for month, amount in zip(months, _spread(quota.quota_amount, shares), strict=True):
                self._amounts[(quota.worker_id, quota.measure_id, month.period_id)] = amount

    def find(self, worker_id: str, measure_id: str, period: Period) -> Fraction | None:
        """The month's quota, None where there is none."""
        return self._amounts.get((worker_id, measure_id, period.period_id))

    def rows(self) -> list[Row]:
        """The mart `fct_quotas`."""
        return [
            {
                "worker_id": worker_id,
                "measure_id": measure_id,
                "period_id": period_id,
                "quota_amount": money(amount),
            }
            for (worker_id, measure_id, period_id), amount in sorted(self._amounts.items())
        ]


def _coarseness(quota: Quota) -> int:
    """0 for a year, 1 for a quarter, 2 for a month."""
    return 0 if "-" not in quota.period else 1 if "-Q" in quota.period else 2


def _spread(amount: Fraction, shares: Sequence[Fraction]) -> list[Fraction]:
    """The amount by shares rescaled to 1; evenly where they sum to 0."""
    total = sum(shares, ZERO)
    if total == 0:
        shares, total = [ONE] * len(shares), Fraction(len(shares))
    months = [rounded(amount * share / total) for share in shares[:-1]]
    return [*months, amount - sum(months, ZERO)]
