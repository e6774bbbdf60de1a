"""Faults, and what the gate must say of each: one statement that corrupts a finished build, or a line of a setting or
rule. docs/gate.md lists them for users; tests/integration/test_gate_faults.py commits them all."""

from __future__ import annotations

from gate_faults.core import CORE
from gate_faults.credit import CREDIT
from gate_faults.fault import Fault, Mistake
from gate_faults.mistakes import MISTAKES
from gate_faults.payout import PAYOUT
from gate_faults.quota import QUOTA
from gate_faults.raw import RAW
from gate_faults.reporting import REPORTING

__all__ = ["FAULTS", "MISTAKES", "Fault", "Mistake"]

FAULTS = (*RAW, *CORE, *CREDIT, *QUOTA, *PAYOUT, *REPORTING)
