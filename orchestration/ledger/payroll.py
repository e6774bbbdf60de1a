"""What payroll pays in a month: one row per worker and payroll currency."""

from __future__ import annotations

from orchestration.spreadsheets import as_text

COLUMNS = "worker_id, worker_name, payroll_currency, payroll_amount, lines"


def payroll_query(lines: str, workers: str) -> str:
    """The month's lines, a query of worker_id, payroll_amount and payroll_currency, added up; names from `workers`."""
    return f"""
        select lines.worker_id, any_value(workers.worker_name) as worker_name, lines.payroll_currency,
            sum(lines.payroll_amount)::decimal(18, 2) as payroll_amount, count(*) as lines
        from ({lines}) as lines
        left join ({workers}) as workers on lines.worker_id = workers.worker_id
        group by lines.worker_id, lines.payroll_currency order by lines.worker_id, lines.payroll_currency
    """


def for_spreadsheets(payroll: str) -> str:
    """The same as texts, for a spreadsheet: none of its names and ids is taken for a formula, amounts stay numbers."""
    texts = ", ".join(f"{as_text(name)} as {name}" for name in ("worker_id", "worker_name", "payroll_currency"))
    return f"select {texts}, payroll_amount::text as payroll_amount, lines::text as lines from ({payroll})"
