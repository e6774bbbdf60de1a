"""The closed ledger as a plain journal for beancount, so that an auditor checks it with a tool that isn't ours.

One transaction a line, in payroll currency; after each month one balance assertion per payee: what was paid so far.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date, timedelta

import duckdb

from orchestration import builds
from orchestration.ledger import store
from orchestration.ledger.store import Close
from orchestration.workspace import Workspace

_LINES = """
    select payout_line_id, worker_id, coalesce(component_id, ''), earned_period, line_type, amount::text, currency,
        payroll_amount::text, payroll_currency, row_hash
    from read_parquet('{path}') order by line_number
"""
_BALANCES = """
    select worker_id, payroll_currency, sum(payroll_amount)::decimal(18, 2)::text
    from read_parquet([{paths}]) group by worker_id, payroll_currency order by worker_id, payroll_currency
"""


def beancount(workspace: Workspace) -> Iterator[str]:
    """The journal, line by line. A payee's account is Liabilities:Payable:<worker_id>, credited with what is paid."""
    closes = [store.read_close(month) for month in store.months(workspace)]
    yield "; Payouts of closed months; amounts in payroll currency.\n"
    if not closes:
        return
    yield f"; {closes[-1].ledger_lines} lines, head hash {closes[-1].head_hash}\n"
    with duckdb.connect(":memory:") as connection:
        yield from _accounts(connection, workspace, closes)
        for place, close in enumerate(closes):
            yield from _month(connection, workspace, close)
            yield from _assertions(connection, workspace, closes[: place + 1])


def account(worker_id: str) -> str:
    """The payee's account: the id where beancount allows it as it is, else W- and each other character as its code."""
    if re.fullmatch(r"[A-Z0-9][A-Za-z0-9]*", worker_id):
        return f"Liabilities:Payable:{worker_id}"
    coded = re.sub(r"[^A-Za-z0-9]", lambda found: f"-{ord(found[0]):X}-", worker_id)
    return f"Liabilities:Payable:W-{coded}"


def _accounts(connection: duckdb.DuckDBPyConnection, workspace: Workspace, closes: list[Close]) -> Iterator[str]:
    paths = _paths(workspace, closes)
    opened = closes[0].starts_on
    for query, name in (("worker_id", account), ("line_type", _expense)):
        rows = connection.execute(f"select distinct {query} from read_parquet([{paths}]) order by 1").fetchall()
        for (value,) in rows:
            yield f"{opened} open {name(value)}\n"


def _month(connection: duckdb.DuckDBPyConnection, workspace: Workspace, close: Close) -> Iterator[str]:
    paid_on = close.ends_on - timedelta(days=1)
    path = builds.quoted(workspace.ledger / close.period / store.LINES)
    for row in connection.execute(_LINES.format(path=path)).fetchall():
        line, worker, component, earned, kind, amount, currency, payroll, payroll_currency, row_hash = row
        said = " ".join(part for part in (kind, component, earned) if part)
        yield f"\n{paid_on} * {_quoted(worker)} {_quoted(said)}\n"
        yield f'  line: {_quoted(line)}\n  hash: "{row_hash}"\n'
        if (amount, currency) != (payroll, payroll_currency):
            yield f"  amount: {_quoted(f'{amount} {currency}')}\n"
        yield f"  {_expense(kind)}  {payroll} {payroll_currency}\n"
        yield f"  {account(worker)}  {_negative(payroll)} {payroll_currency}\n"


def _assertions(connection: duckdb.DuckDBPyConnection, workspace: Workspace, closes: list[Close]) -> Iterator[str]:
    """What each payee was paid in all, up to the last of these months; asserted on the morning after it, to the cent:
    without `~ 0` beancount forgives one."""
    on: date = closes[-1].ends_on
    yield "\n"
    for worker, currency, total in connection.execute(_BALANCES.format(paths=_paths(workspace, closes))).fetchall():
        yield f"{on} balance {account(worker)}  {_negative(total)} ~ 0 {currency}\n"


def _paths(workspace: Workspace, closes: list[Close]) -> str:
    return ", ".join(f"'{builds.quoted(workspace.ledger / close.period / store.LINES)}'" for close in closes)


def _expense(line_type: str) -> str:
    return "Expenses:Pay:" + "-".join(word.capitalize() for word in line_type.split("_"))


def _negative(amount: str) -> str:
    if amount == "0.00":
        return amount
    return amount[1:] if amount.startswith("-") else f"-{amount}"


def _quoted(text: str) -> str:
    return json.dumps(" ".join(text.split()), ensure_ascii=False)
