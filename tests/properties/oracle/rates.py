"""Exchange rates (calculation.md section 5): read for exactly their from and to currency."""

from __future__ import annotations

from fractions import Fraction

from .exact import ONE
from .findings import Findings
from .inputs import Inputs
from .periods import Period


class Rates:
    """Rates by month and pair: no inverse, no cross rate, 1 only between equal currencies."""

    def __init__(self, inputs: Inputs, findings: Findings) -> None:
        self._findings = findings
        self._rates = {(rate.period, rate.from_currency, rate.to_currency): rate.rate for rate in inputs.fx_rates}

    def find(self, period: Period | None, from_currency: str | None, to_currency: str | None) -> Fraction | None:
        """The month's rate, or None, which is an exception."""
        rate = self.known(period, from_currency, to_currency)
        if rate is None:
            key = f"{period.period_id if period else ''}|{from_currency or ''}|{to_currency or ''}"
            self._findings.add("missing_rate", "fx_rates", key)
        return rate

    def known(self, period: Period | None, from_currency: str | None, to_currency: str | None) -> Fraction | None:
        """The month's rate, or None."""
        if from_currency is not None and from_currency == to_currency:
            return ONE
        period_id = period.period_id if period else ""
        return self._rates.get((period_id, from_currency or "", to_currency or ""))
