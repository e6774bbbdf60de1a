"""The SQL for Metabase, run over the published tables as PostgreSQL has them: all in the schema marts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from orchestration.publish import store
from orchestration.publish.duckdb_file import DATABASE
from orchestration.workspace import PROJECT_ROOT, Workspace

QUESTIONS = sorted((PROJECT_ROOT / "dashboards" / "metabase").glob("*.sql"))

# What a person would pick from a list, found in the published tables.
CHOICES = {
    "period": "select max(period_id) from reporting.rpt_attainment where attainment_share is not null",
    "manager": "select min(manager_worker_id) from reporting.rpt_attainment where next_tier_credit_amount > 0"
    " and period_id = (select max(period_id) from reporting.rpt_attainment where attainment_share is not null)",
    "plan": "select min(plan_id) from reporting.rpt_attainment inner join reporting.rpt_window_months"
    " using (worker_id, component_id, period_id) where incentive_amount is not null",
    "component": "select min(component_id) from reporting.rpt_attainment_distribution"
    " where period_id = (select max(period_id) from reporting.rpt_attainment where attainment_share is not null)",
    "currency": "select min(currency) from reporting.rpt_payout_statement",
    "worker": "select min(worker_id) from reporting.rpt_payout_statement where line_type = 'draw'",
    "severity": "select 'warn'",
    "kind": "select min(kind) from reporting.rpt_exceptions where severity = 'warn'",
    "reason": "select 'below_threshold'",
}


@pytest.fixture(scope="module")
def published(demo: Workspace) -> Iterator[duckdb.DuckDBPyConnection]:
    """The demo company's tables as views in one schema, marts."""
    folder = store.publish(demo).folder
    with duckdb.connect(":memory:") as connection:
        connection.execute(f"attach '{folder / DATABASE}' as published (read_only)")
        connection.execute("create schema marts")
        tables = connection.execute(
            "select schema_name, table_name from duckdb_tables() where database_name = 'published'"
        ).fetchall()
        for schema, table in tables:
            connection.execute(f"create view marts.{table} as from published.{schema}.{table}")
        yield connection


def asked(published: duckdb.DuckDBPyConnection, question: Path, with_filters: bool) -> duckdb.DuckDBPyConnection:
    """As Metabase does it: a value in place of each variable; a filter in [[…]] falls away where nothing is chosen."""
    sql = question.read_text(encoding="utf-8")
    sql = re.sub(r"\[\[(.*?)\]\]", r"\1" if with_filters else "", sql)
    names = re.findall(r"\{\{(\w+)\}\}", sql)
    values = []
    for name in names:
        choice = published.execute(re.sub(r"\b(marts|reporting)\.", "marts.", CHOICES[name])).fetchone()
        assert choice is not None
        assert choice[0] is not None, f"nothing to choose for {name}"
        values.append(choice[0])
    return published.execute(re.sub(r"\{\{\w+\}\}", "?", sql), values)


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda path: path.stem)
def test_a_question_is_answered(published: duckdb.DuckDBPyConnection, question: Path) -> None:
    whole = asked(published, question, with_filters=False)
    columns = [column[0] for column in whole.description or []]
    rows = whole.fetchall()
    assert rows
    assert len(set(columns)) == len(columns)
    assert len(asked(published, question, with_filters=True).fetchall()) <= len(rows)


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda path: path.stem)
def test_it_begins_with_the_question_and_money_names_its_currency(question: Path) -> None:
    sql = question.read_text(encoding="utf-8")
    assert re.match(r"-- [A-Z][^?]+\?", sql)
    comment, code = re.split(r"^select$", sql, maxsplit=1, flags=re.MULTILINE)
    for variable in re.findall(r"\{\{(\w+)\}\}", code):
        assert re.search(rf"\b{variable}(, \w+)*:", comment), variable
    if re.search(r"amount|earned|paid|credited", code.split("\nfrom ")[0]):
        assert "currency" in code.split("\nfrom ")[0]


def test_filters_narrow_an_answer_to_what_was_chosen(published: duckdb.DuckDBPyConnection) -> None:
    by_stem = {question.stem: question for question in QUESTIONS}
    warnings = asked(published, by_stem["exceptions"], with_filters=True).fetchall()
    assert {row[0] for row in warnings} == {"warn"}
    paid = asked(published, by_stem["pay_by_month"], with_filters=True).fetchall()
    assert len({row[2] for row in paid}) == 1
