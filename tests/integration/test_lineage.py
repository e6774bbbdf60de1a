"""Traces and statements: every line of the demo leads to delivered rows and adds up; by hand for a company of three."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hand_company import NASTY
from rich.console import Console

from orchestration.lineage import commands, find
from orchestration.lineage.facts import Facts
from orchestration.lineage.node import Node, TraceError
from orchestration.lineage.statement import Ledger
from orchestration.lineage.statement_text import _table
from orchestration.lineage.trace import all_lines, payout_line, trace
from orchestration.problems import UserError
from orchestration.publish.store import open_publication, publish, rows
from orchestration.workspace import PROJECT_ROOT, Workspace


@pytest.fixture(scope="module")
def published_demo(demo: Workspace) -> Iterator[duckdb.DuckDBPyConnection]:
    """The publication of the demo company."""
    publish(demo)
    with open_publication(demo) as connection:
        yield connection


@pytest.fixture
def publication(nordlicht: Workspace) -> Iterator[duckdb.DuckDBPyConnection]:
    """The publication of the company worked out by hand."""
    with open_publication(nordlicht) as connection:
        yield connection


def one(connection: duckdb.DuckDBPyConnection, query: str) -> Any:
    row = connection.execute(query).fetchone()
    return row[0] if row else None


def first(node: Node, kind: str, title: str = "") -> Node:
    """The first node of a kind whose title has this text."""
    return next(found for found in node.walk() if found.kind == kind and title in found.title)


def line_of(connection: duckdb.DuckDBPyConnection, worker: str, period: str, condition: str) -> Node:
    """The trace of the only line of a worker and pay period that meets a condition."""
    query = f"select payout_line_id from marts.fct_payouts where worker_id = ? and pay_period_id = ? and {condition}"
    ((line_id,),) = connection.execute(query, [worker, period]).fetchall()
    return trace(connection, line_id)


def test_every_payout_line_of_the_demo_traces_to_delivered_rows_and_adds_up_at_each_level(
    published_demo: duckdb.DuckDBPyConnection,
) -> None:
    traces = all_lines(published_demo)  # check() raises where a level doesn't add up
    assert len(traces) == one(published_demo, "select count(*) from marts.fct_payouts") > 500
    assert sum(node.amount or 0 for node in traces) == one(published_demo, "select sum(amount) from marts.fct_payouts")
    by_hand = [node for node in traces if node.adds_up is None]
    assert all(node.title.startswith("Manual adjustment") for node in by_hand)
    for node in traces:
        rows = [dict(found.facts) for found in node.walk() if found.kind == "raw_row"]
        assert rows, node.title
        assert all(re.fullmatch(r"[0-9a-f]{64}", row["SHA-256"]) and row["row"].isdigit() for row in rows)


ADDS_UP = {
    "quota_to_date and quota_full_window are sums of months": """
        select attainment.worker_id, attainment.component_id, attainment.period_id
        from marts.fct_attainment as attainment
        left join reporting.rpt_window_months as months using (worker_id, component_id, window_id)
        group by all
        having any_value(quota_full_window) is distinct from sum(months.prorated_quota_amount)
            or any_value(quota_to_date) is distinct from
                sum(months.prorated_quota_amount) filter (where months.period_id <= attainment.period_id)
        """,
    "a month's quota is the delivered quota by weight": """
        select worker_id, component_id, period_id from reporting.rpt_window_months
        where quota_amount is not null
            and abs(quota_amount - period_quota_amount * month_weight / period_weight) > 0.12
        """,
    "credited_to_date is the sum of the window's months": """
        select worker_id, component_id, period_id from (
            select *, sum(credited_amount) over (
                partition by worker_id, component_id, window_id order by month_index) as summed
            from marts.fct_attainment where pay_window <> 'deal'
        ) where summed <> credited_to_date
        """,
    "the credits of a line's own month are the month's credited amount": """
        select payout_line_id from reporting.rpt_payout_lineage as lineage
        inner join marts.fct_credits as credits using (credit_id)
        inner join marts.fct_attainment as attainment
            on lineage.worker_id = attainment.worker_id and lineage.component_id = attainment.component_id
            and lineage.earned_period_id = attainment.period_id
        where credits.period_id = lineage.earned_period_id
        group by all having sum(lineage.credited_amount) <> any_value(attainment.credited_amount)
        """,
    "deals add up to earnings": """
        select worker_id, component_id, period_id from marts.fct_earnings as earnings
        left join (select worker_id, component_id, period_id, sum(earned_amount) as summed
            from marts.fct_deal_earnings group by all) as deals using (worker_id, component_id, period_id)
        where payout_basis = 'credit' and earned_amount <> coalesce(summed, 0)
        """,
    "earning lines are what was earned": """
        select payout_line_id from marts.fct_payouts as lines
        left join marts.fct_earnings as earnings on lines.worker_id = earnings.worker_id
            and lines.component_id = earnings.component_id and lines.earned_period_id = earnings.period_id
        where line_type = 'earning' and not is_settled and amount is distinct from earned_amount
        """,
    "hold lines are what is held of deals": """
        select payout_line_id from marts.fct_payouts as lines
        left join (select worker_id, component_id, earned_period_id, sum(held_amount) as summed
            from reporting.rpt_held_deals group by all) as held using (worker_id, component_id, earned_period_id)
        where line_type = 'hold' and not is_settled and -amount is distinct from summed
        """,
    "release lines are what is released of deals": """
        select payout_line_id from marts.fct_payouts as lines
        left join (select worker_id, component_id, earned_period_id, release_period_id, sum(released_amount) as summed
            from reporting.rpt_hold_releases group by all) as released
            on lines.worker_id = released.worker_id and lines.component_id = released.component_id
            and lines.earned_period_id = released.earned_period_id and lines.pay_period_id = released.release_period_id
        where line_type = 'release' and not is_settled and amount is distinct from summed
        """,
    "draw lines are what is owed after less before": """
        select payout_line_id from marts.fct_payouts as lines
        left join reporting.rpt_draw_balances as draws on lines.worker_id = draws.worker_id
            and lines.pay_period_id = draws.period_id and lines.currency = draws.currency
            and draws.draw_type = case line_type when 'guarantee' then 'nonrecoverable' else 'recoverable' end
        where line_type in ('draw', 'draw_recovery', 'guarantee') and not is_settled and (
            amount is distinct from line_amount
            or coalesce(balance_amount - balance_before, drawn_amount - draws.earned_amount) <> amount)
        """,
    "statements add up to payouts, also in payroll currency": """
        select payout_line_id from marts.fct_payouts as lines
        left join (select payout_line_id, sum(amount) as summed, any_value(line_amount) as line_amount,
            any_value(line_payroll_amount) as payroll from reporting.rpt_payout_statement group by all) as parts
            using (payout_line_id)
        where amount is distinct from summed or amount <> line_amount or payroll_amount is distinct from payroll
        """,
    "every quota row behind a window is in the lineage": """
        select payout_line_id, months.quota_period from marts.fct_payouts as lines
        inner join marts.dim_plan_components as components using (component_id)
        inner join marts.fct_attainment as attainment on lines.worker_id = attainment.worker_id
            and lines.component_id = attainment.component_id and lines.earned_period_id = attainment.period_id
        inner join reporting.rpt_window_months as months on attainment.worker_id = months.worker_id
            and attainment.component_id = months.component_id and attainment.window_id = months.window_id
        where line_type <> 'manual' and months.quota_period is not null and quota_basis = 'full_window'
            and not exists (select 1 from reporting.rpt_payout_lineage as lineage
                where lineage.payout_line_id = lines.payout_line_id and lineage.entity = 'quotas'
                    and lineage.record_key =
                        concat_ws('|', lines.worker_id, components.measure_id, months.quota_period))
        """,
}


@pytest.mark.parametrize("rule", ADDS_UP)
def test_what_a_trace_shows_adds_up_over_all_lines_at_once(
    published_demo: duckdb.DuckDBPyConnection, rule: str
) -> None:
    assert published_demo.execute(ADDS_UP[rule]).fetchall() == []


def test_next_tiers_are_right_ahead_and_need_just_what_is_missing(published_demo: duckdb.DuckDBPyConnection) -> None:
    wrong = published_demo.execute("""
        select worker_id, component_id, period_id from reporting.rpt_attainment as attainment
        inner join marts.dim_plan_components as components using (component_id)
        where next_tier_credit_amount is not null and (next_tier_credit_amount <= 0 or next_tier_from <= tier_from
            or (tier_basis = 'attainment' and abs(
                credited_to_date + next_tier_credit_amount
                - next_tier_from * case attainment.quota_basis
                    when 'full_window' then quota_full_window else quota_to_date end
            ) >= 0.01))
        """).fetchall()
    assert wrong == []
    assert one(published_demo, "select count(next_tier_credit_amount) from reporting.rpt_attainment") > 100


def test_a_line_of_sales_in_a_foreign_currency_as_worked_out_by_hand(publication: duckdb.DuckDBPyConnection) -> None:
    line = line_of(publication, "ann", "FY2026-M03", "component_id = 'sales-c'")
    assert (line.amount, line.unit) == (Decimal("990.00"), "USD")
    assert dict(line.facts)["payroll"] == "990.00 USD × 0.95 (rate of FY2026-M03) = 940.50 EUR"
    tier = first(line, "tier")
    assert (tier.title, tier.amount) == ("Tier from 100 %, rate 15 %", Decimal("990.00"))
    window = first(line, "window")
    assert window.how == "30,000.00 USD × 10 % + 8,600.00 USD × 15 % = 4,290.00 USD"
    earning = first(line, "earning")
    assert earning.how == (
        "4,290.00 USD earned in FY2026-Q1 by the end of FY2026-M03 − 3,300.00 USD by the end of FY2026-M02"
    )
    quota = first(line, "quota")
    assert [month.amount for month in quota.parts] == [Decimal(10_000)] * 3
    assert quota.parts[0].how == "30,000.00 USD of FY2026-Q1 × 1 ÷ 3 = 10,000.00 USD"
    credit = first(line, "credit")
    assert credit.how == "6,000.00 EUR × 100 % = 6,000.00 EUR; × 1.1 (rate of FY2026-M03) = 6,600.00 USD"
    row = dict(first(credit, "raw_row").facts)
    assert (row["file"], row["row"]) == ("sales_events.csv", "5")


def test_a_release_names_the_cash_that_released_it(publication: duckdb.DuckDBPyConnection) -> None:
    line = line_of(publication, "ann", "FY2026-M03", "line_type = 'release'")
    assert line.amount == Decimal("100.00")
    released = first(line, "release")
    assert released.how == "250.00 USD held × 4,000.00 USD paid ÷ 10,000.00 USD booked, cut to 0 … 1 = 100.00 USD"
    cash = first(line, "cash")
    assert (cash.amount, cash.adds_up) == (Decimal("4000.00"), True)
    assert dict(first(cash, "raw_row").facts)["row"] == "7"
    held = line_of(publication, "ann", "FY2026-M02", "line_type = 'hold'")
    assert held.amount == Decimal("-250.00")
    assert first(held, "hold").how == "500.00 USD earned, of which 50 % = 250.00 USD is paid at once"


def test_a_managers_credit_shows_the_way_up(publication: duckdb.DuckDBPyConnection) -> None:
    line = line_of(publication, "max", "FY2026-M03", "line_type = 'earning'")
    assert line.amount == Decimal("156.00")
    routes = [dict(node.facts)["route"] for node in line.walk() if node.kind == "credit"]
    assert routes == [f"{NASTY} (owner of the deal, 100 %) → Max", "Bob (owner of the deal, 100 %) → Max"]


def test_a_draw_and_a_manual_line_lead_to_their_planning_rows(publication: duckdb.DuckDBPyConnection) -> None:
    draw = line_of(publication, "bob", "FY2026-M03", "line_type = 'draw'")
    assert draw.amount == Decimal("1100.00")
    assert [part.amount for part in draw.parts] == [Decimal("1100.00"), Decimal("0.00")]
    assert any("bob|recoverable|2026-03-01" in node.title for node in draw.walk())
    manual = line_of(publication, "ann", "FY2026-M03", "line_type = 'manual'")
    assert (manual.amount, manual.how) == (Decimal("50.00"), "<b>Trade fair</b>")
    assert dict(first(manual, "raw_row").facts)["file"] == "payout_adjustments.csv"


def test_a_quota_shows_the_days_that_count(publication: duckdb.DuckDBPyConnection) -> None:
    line = line_of(publication, "bob", "FY2026-M03", "line_type = 'earning'")
    months = first(line, "quota").parts
    assert [month.amount for month in months] == [Decimal(0), Decimal(5_000), Decimal(10_000)]
    assert months[1].how.endswith("× 14 active of 28 days")


def test_a_workers_month_is_traced_whole_in_payroll_currency(publication: duckdb.DuckDBPyConnection) -> None:
    root = trace(publication, worker="ann", period="FY2026-M03")
    assert (root.children[0].amount, root.children[0].unit) == (Decimal("1085.50"), "EUR")
    assert len(root.children[0].parts) == 3


@pytest.fixture
def closed(nordlicht: Workspace) -> Iterator[duckdb.DuckDBPyConnection]:
    """The same publication with January closed: Ann was settled 1,900.00 for what is 2,000.00 as calculated today."""
    path = nordlicht.published / "current" / "quotaline.duckdb"
    with duckdb.connect(":memory:") as connection:
        connection.execute(f"attach '{path}' as publication (read_only); copy from database publication to memory")
        connection.execute("detach publication")
        connection.execute("""
            update marts.fct_payouts
            set is_settled = true, raw_load_id = 'l', raw_file = 'settled.csv', raw_row_number = 2
            where pay_period_id = 'FY2026-M01';
            update marts.fct_payouts set amount = 1900, payroll_amount = 1710
            where worker_id = 'ann' and pay_period_id = 'FY2026-M01';
            insert into marts.fct_payouts by name
            select * replace ('adjusted' as payout_line_id, 'FY2026-M02' as pay_period_id, 'adjustment' as line_type,
                100 as amount, 90 as payroll_amount, false as is_settled)
            from marts.fct_payouts where worker_id = 'ann' and pay_period_id = 'FY2026-M01'
            """)
        yield connection


def test_a_settled_line_stands_as_it_was_and_its_difference_is_the_adjustment(
    closed: duckdb.DuckDBPyConnection,
) -> None:
    settled = line_of(closed, "ann", "FY2026-M01", "line_type = 'earning'")
    assert settled.amount == Decimal("1900.00")
    assert "As settled in the ledger" in settled.how
    assert settled.how == (
        "As settled in the ledger 1,900.00 USD, unchanged; 2,000.00 USD as calculated today; difference 100.00 USD, "
        "made up for by the adjustments below."
    )
    made_up = first(settled, "adjustment_line")
    assert (made_up.title, made_up.amount, made_up.counts) == ("Adjustment paid in FY2026-M02", Decimal(100), False)
    assert dict(made_up.facts)["payout line"] == "adjusted"
    earning = first(settled, "earning")
    assert (earning.amount, earning.counts) == (Decimal("2000.00"), False)
    assert dict(first(first(settled, "ledger_row"), "raw_row").facts)["file"] == "settled.csv"
    adjusted = trace(closed, "adjusted")
    assert [(part.kind, part.amount) for part in adjusted.parts] == [
        ("earning", Decimal("2000.00")),
        ("settled_line", Decimal("-1900.00")),
    ]


def test_a_level_that_does_not_add_up_is_refused(publication: duckdb.DuckDBPyConnection) -> None:
    lines = rows(publication, "select * from marts.fct_payouts where worker_id = 'ann' and line_type = 'earning'")
    lines[0]["amount"] += Decimal("0.01")
    with pytest.raises(TraceError, match="its parts come to"):
        payout_line(Facts(publication, lines), lines[0]).check()


def test_the_json_trace_carries_amounts_as_text(nordlicht: Workspace) -> None:
    said = json.loads(commands.trace_as_json(nordlicht, None, "ann", "FY2026-M03"))
    assert said["publication"]["build_id"] == "test-build"
    assert said["trace"]["children"][0] | {"children": []} == {
        "kind": "payroll", "title": "Payroll in EUR", "amount": "1085.50", "unit": "EUR",
        "is_part_of_parent": True, "adds_up": True, "children": [],
    }  # fmt: skip


def shown(renderable: Any, width: int = 180) -> str:
    console = Console(width=width)
    with console.capture() as captured:
        console.print(renderable)
    return captured.get()


def test_a_statement_says_what_is_paid_where_one_stands_and_what_is_next(nordlicht: Workspace) -> None:
    ann = shown(commands.statement_as_text(nordlicht, "ann", "FY2026-M03"))
    assert "Paid: 1,085.50 EUR" in ann
    assert "128.67 %" in ann
    assert "38,600.00 of 30,000.00 USD" in ann
    assert "The highest tier is reached: 15 %." in ann
    assert "<b>Trade fair</b>" in ann
    assert "Held until the customer pays." in ann
    assert "No measure counts deals of this kind." in ann
    bob = shown(commands.statement_as_text(nordlicht, "bob", "FY2026-M03"))
    assert "Paid: 2,000.00 USD" in bob  # 900.00 earned, 1,100.00 drawn
    assert "6,000.00 USD more credit to 100 %" in bob
    assert "1,100.00 USD" in bob


def test_a_cent_carried_from_the_running_total_is_said_where_it_went(
    publication: duckdb.DuckDBPyConnection, nordlicht: Workspace, tmp_path: Path
) -> None:
    line = line_of(publication, "eve", "FY2026-M01", "component_id = 'parts-c'")
    assert line.amount == Decimal("7090.29")
    assert sorted((node.amount, node.how) for node in line.walk() if node.kind == "deal") == [
        (Decimal("14.00"), "100.01 USD × 14 %"),
        (
            Decimal("7076.29"),
            "50,544.89 USD × 14 % = 7,076.28 USD, +0.01 carried from rounding the running total",
        ),
    ]
    page = tmp_path / "statement.html"
    commands.write_statement(nordlicht, page, "eve", "FY2026-M01")
    for said in (shown(commands.statement_as_text(nordlicht, "eve", "FY2026-M01")), page.read_text(encoding="utf-8")):
        assert said.count("14 % +0.01 ²") == 1
        assert "² Carried from rounding the running total" in said
    others = shown(commands.statement_as_text(nordlicht, "ann", "FY2026-M02"))
    assert "²" not in others


def test_a_rate_of_several_tiers_is_called_an_average(
    publication: duckdb.DuckDBPyConnection, nordlicht: Workspace, tmp_path: Path
) -> None:
    line = line_of(publication, "eve", "FY2026-M01", "component_id = 'gear-c'")
    tier = first(line, "tier")
    assert (tier.title, tier.amount) == (
        "Average rate over the tiers reached, up to the tier from 100 %, rate 10.833333 %",
        Decimal("1300.00"),
    )
    page = tmp_path / "statement.html"
    commands.write_statement(nordlicht, page, "eve", "FY2026-M01")
    for said in (shown(commands.statement_as_text(nordlicht, "eve", "FY2026-M01")), page.read_text(encoding="utf-8")):
        assert "up to 100 %" in said
        assert "10.833333 % ¹" in said
        assert "¹ The average rate over the tiers reached" in said
    exact = shown(commands.statement_as_text(nordlicht, "ann", "FY2026-M02"))  # her tiers can't move afterwards
    assert "¹" not in exact


@pytest.mark.parametrize("width", [72, 80, 100, 180])
def test_a_narrow_terminal_cuts_no_figure(nordlicht: Workspace, width: int) -> None:
    said = shown(commands.statement_as_text(nordlicht, "eve", "FY2026-M01"), width)
    assert "…" not in said
    words = set(said.split())
    assert {
        "12,000.00",
        "10,000.00",
        "50,644.90",
        "50,544.89",
        "7,076.29",
        "7,090.29",
        "10.833333",
        "2026-01-14",
    } <= words
    assert max(len(line) for line in said.splitlines() if line.startswith("│")) <= width


def test_figures_wrap_only_between_words() -> None:
    table = _table("Where you stand", "component", "window", "of quota", "earned", "next", numbers=("earned",))
    quota, earned = "1,258,246.00 of 786,000.00 USD", "125,824.60 USD"
    table.add_row("Sales of software", "FY2026-Q1", quota, earned, "The highest tier is reached: 15 %.")
    for width in (60, 80, 120):
        said = shown(table, width)
        assert set(f"{quota} {earned} FY2026-Q1".split()) <= set(said.split())
        assert "…" not in said


def test_names_and_texts_of_users_are_escaped_in_pages(nordlicht: Workspace, tmp_path: Path) -> None:
    pages = tmp_path / "trace.html", tmp_path / "statement.html", tmp_path / "lead.html"
    commands.write_trace(nordlicht, pages[0], None, "ann", "FY2026-M03")
    commands.write_statement(nordlicht, pages[1], "ann", "FY2026-M03", Ledger(12_345, "f00d" * 16))
    commands.write_trace(nordlicht, pages[2], None, "max", "FY2026-M03")
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
        assert "<script" not in text
        assert "<b>Trade" not in text
        assert "<GmbH>" not in text
        assert "<of software>" not in text
        assert not re.search(r"(src|href)\s*=|url\(|@import", text)  # nothing is loaded from anywhere
        assert page.stat().st_mode & 0o077 == 0
    statement = pages[1].read_text(encoding="utf-8")
    assert "12,345 rows" in statement
    assert "f00d" * 16 in statement
    assert "test-build" in statement


def test_a_month_without_pay_has_a_statement_that_says_why(nordlicht: Workspace) -> None:
    said = shown(commands.statement_as_text(nordlicht, "bob", "FY2026-M02"))
    assert "Paid: 0.00 USD" in said
    assert "No deal counts in this window yet." in said


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["trace", "0123456789"], "did you mean one of these?"),
        (["trace", "--worker", "an", "--period", "FY2026-M03"], "did you mean ann"),
        (["trace", "--worker", "ann", "--period", "FY2026-M3"], "did you mean FY2026-M0"),
        (["trace", "--worker", "ann"], "--worker and --period"),
        (["statement", "--worker", "bob", "--period", "FY2026-M01"], "there are statements for"),
        (["statement", "--worker", "anna", "--period", "FY2026-M01"], "did you mean ann"),
    ],
)
def test_what_is_not_there_is_told_with_what_is_near_it(nordlicht: Workspace, arguments: list[str], said: str) -> None:
    code = "from orchestration.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments, "-w", str(nordlicht.root)],
        cwd=PROJECT_ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_trace_imports_neither_dagster_nor_dbt(nordlicht: Workspace) -> None:
    code = (
        "import sys; from orchestration.cli import app\n"
        f"try: app(['trace', '--worker', 'ann', '--period', 'FY2026-M03', '-w', {str(nordlicht.root)!r}])\n"
        "except SystemExit: pass\n"
        "print(*{'dagster', 'dbt', 'dlt', 'great_expectations'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=PROJECT_ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == ""


def test_an_unknown_worker_is_a_users_mistake(publication: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(UserError, match="no such worker"):
        find.worker_of(publication, "nobody")
