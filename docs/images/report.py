"""Draws docs/images/report.svg from the demo company's publication: .venv/bin/python docs/images/report.py"""

from pathlib import Path

import duckdb
from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parents[2]
PUBLISHED = ROOT / "published" / "current" / "quotaline.duckdb"
QUERY = """
    select worker_name, sales_role, manager_name, component_name, window_id,
        quota_to_date, credited_to_date, attainment_share, attainment_rank, earned_to_date, currency
    from reporting.rpt_attainment
    where period_id = 'FY2026-M09' and component_id = 'ae-arr-2026'
    order by attainment_rank limit 12
"""


def main() -> None:
    """Twelve rows of rpt_attainment, attainment as a bar."""
    table = Table(title="reporting.rpt_attainment, FY2026-M09, best twelve account executives", title_justify="left")
    for heading in (
        "worker",
        "role",
        "manager",
        "component",
        "window",
        "quota",
        "credited",
        "attainment",
        "rank",
        "earned",
    ):
        table.add_column(heading, justify="right" if heading in ("quota", "credited", "rank", "earned") else "left")
    with duckdb.connect(str(PUBLISHED.resolve()), read_only=True) as connection:
        for row in connection.execute(QUERY).fetchall():
            worker, role, manager, component, window, quota, credited, share, rank, earned, currency = row
            bar = "█" * int(share * 10)
            table.add_row(
                worker, role, manager, component, window, f"{quota:,.0f}", f"{credited:,.2f}",
                f"{share * 100:6.1f} % {bar}", str(rank), f"{earned:,.2f} {currency}",
            )  # fmt: skip
    console = Console(record=True, width=168, file=Path("/dev/null").open("w"))  # noqa: SIM115
    console.print(table)
    console.save_svg(str(ROOT / "docs" / "images" / "report.svg"), title="quotaline")


if __name__ == "__main__":
    main()
