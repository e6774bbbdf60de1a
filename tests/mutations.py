"""Breaks the SQL one line at a time, in a copy, and shows which test notices: make mutations.

A mutant that no test notices is a hole in the tests. Each is tried on the companies drawn at random, then on the cases;
the first that fails is named. Takes a minute or two a mutant.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
COPIED = (
    "dbt_project",
    "models",
    "orchestration",
    "seeds",
    "tests",
    "dbt_project.yml",
    "profiles.yml",
    "pyproject.toml",
)
TESTS = ("tests/properties/test_language.py", "tests/properties/test_always.py", "tests/test_cases.py")


@dataclass(frozen=True)
class Mutant:
    """A line that says something else. before: text that the file has once."""

    what: str
    file: str
    before: str
    after: str


MUTANTS = (
    Mutant(
        "tier: its end belongs to it",
        "dbt_project/macros/payout_tiers.sql",
        "{{ position }} < {{ step }}.step_to * {{ unit }}",
        "{{ position }} <= {{ step }}.step_to * {{ unit }}",
    ),
    Mutant(
        "sign: what is held is paid twice",
        "models/payout/int_payout__earned_lines.sql",
        "        -held_amount as amount",
        "        held_amount as amount",
    ),
    Mutant(
        "rounding: a month's quota is cut to ten cents",
        "models/quota/fct_quotas.sql",
        "else rounded_amount\n",
        "else floor(rounded_amount * 10) / 10\n",
    ),
    Mutant(
        "rounding: earnings before the modifier",
        "models/payout/int_payout__window_earnings.sql",
        "payout_times('results.result', 'positions.modifier')",
        "payout_times('round(results.result, 2)', 'positions.modifier')",
    ),
    Mutant(
        "priority: the highest number wins",
        "models/credit/int_credit__chosen_credits.sql",
        "candidates.priority, candidates.credit_share desc",
        "candidates.priority desc, candidates.credit_share desc",
    ),
    Mutant(
        "territories: the fewest criteria win",
        "models/credit/int_credit__dated_alignments.sql",
        "candidates.criteria_count desc",
        "candidates.criteria_count",
    ),
    Mutant(
        "date: a rule holds on its valid_to",
        "dbt_project/macros/credit_amounts.sql",
        "{{ date_value }} < {{ range_of }}.valid_to",
        "{{ date_value }} <= {{ range_of }}.valid_to",
    ),
    Mutant(
        "largest remainder: the smallest first",
        "models/credit/int_credit__shared_amounts.sql",
        "order by remainder desc,",
        "order by remainder,",
    ),
    Mutant(
        "cap: at twice the amount",
        "models/payout/int_payout__window_earnings.sql",
        "when {{ payout_cents('exact_amount') }} > cap_amount then cap_amount",
        "when {{ payout_cents('exact_amount') }} > 2 * cap_amount then cap_amount",
    ),
    Mutant(
        "threshold: reached is not enough",
        "models/payout/int_payout__positions.sql",
        "coalesce(capped.credited_to_date < {{ dec('capped.quota', 2) }}",
        "coalesce(capped.credited_to_date <= {{ dec('capped.quota', 2) }}",
    ),
    Mutant(
        "release: only the latest month's share",
        "models/payout/int_payout__schedule_releases.sql",
        "order by month_index rows between unbounded preceding and current row",
        "order by month_index rows between current row and current row",
    ),
    Mutant(
        "draw: recovered in full whatever the share",
        "models/payout/int_payout__draw_balances.sql",
        "mul_round('months.drawn_amount - months.earned_amount', 'months.recovery_share', 9)",
        "mul_round('months.drawn_amount - months.earned_amount', '1', 9)",
    ),
    Mutant(
        "clawback: the window ends a day early",
        "models/credit/int_credit__reversals.sql",
        "when reversed.age_in_days > reversed.reversal_window_days then 0",
        "when reversed.age_in_days >= reversed.reversal_window_days then 0",
    ),
    Mutant(
        "clawback: a step of the schedule begins a day late",
        "models/credit/int_credit__reversals.sql",
        "reversed.age_in_days >= schedules.from_days",
        "reversed.age_in_days > schedules.from_days",
    ),
    Mutant(
        "managers: more than the whole deal",
        "models/credit/int_credit__shared_manager_shares.sql",
        "least(divisor, {{ dec('all_plain', 12) }} * divisor + all_scaled)",
        "least(2 * divisor, {{ dec('all_plain', 12) }} * divisor + all_scaled)",
    ),
)


def main(words: list[str]) -> int:
    """Tries the mutants whose description holds one of the words (all without words); 1 if one goes unnoticed."""
    chosen = [one for one in MUTANTS if not words or any(word in one.what for word in words)]
    unnoticed = 0
    with tempfile.TemporaryDirectory(prefix="quotaline-mutants-") as folder:
        copy = Path(folder)
        for name in COPIED:
            source = PROJECT / name
            ignored = shutil.ignore_patterns("__pycache__", "counterexamples", "demo")
            if source.is_dir():
                shutil.copytree(
                    source, copy / name, ignore=ignored if name == "seeds" else shutil.ignore_patterns("__pycache__")
                )
            else:
                shutil.copy(source, copy / name)
        print("| line broken | noticed by |\n| --- | --- |", flush=True)
        for mutant in chosen:
            noticed = _noticed(mutant, copy)
            unnoticed += noticed is None
            print(f"| {mutant.what} | {noticed or 'NOBODY'} |", flush=True)
    return 1 if unnoticed else 0


def _noticed(mutant: Mutant, copy: Path) -> str | None:
    """The first test that fails, and how many of its companies differ."""
    path = copy / mutant.file
    sound = path.read_text(encoding="utf-8")
    if sound.count(mutant.before) != 1:
        raise SystemExit(f"{mutant.file} does not have this once, correct tests/mutations.py: {mutant.before}")
    path.write_text(sound.replace(mutant.before, mutant.after), encoding="utf-8")
    try:
        environment = os.environ | {"PYTHONPATH": str(copy), "QUOTALINE_COUNTEREXAMPLES": str(copy / "counterexamples")}
        arguments = [sys.executable, "-m", "pytest", "-x", "-q", *TESTS]
        run = subprocess.run(arguments, cwd=copy, env=environment, capture_output=True, text=True, check=False)
    finally:
        path.write_text(sound, encoding="utf-8")
    failed = re.search(r"^(?:FAILED|ERROR) \S+::(\S+)", run.stdout, re.MULTILINE)
    if run.returncode == 0:
        return None
    if not failed:
        raise SystemExit(f"{mutant.what}: the tests could not run\n{run.stdout[-3000:]}{run.stderr[-3000:]}")
    how_many = re.search(r"\d+ of \d+ companies differ", run.stdout)
    return f"`{failed[1]}`" + (f": {how_many[0]}" if how_many else "")


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
