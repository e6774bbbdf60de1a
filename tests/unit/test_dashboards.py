"""The Superset bundle: described as the models are, whole, and unable to add money of two currencies."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
import superset_bundle as bundle
import yaml

from orchestration.workspace import PROJECT_ROOT

NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "quotaline/dashboards/superset")
DATASETS, CHARTS, DASHBOARDS = (bundle.files(kind) for kind in ("datasets", "charts", "dashboards"))
BY_UUID = {content["uuid"]: content for content in (DATASETS | CHARTS).values()}


def charts_of(dashboard: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The places of its charts, as the dashboard's layout has them."""
    places = (place for place in dashboard["position"].values() if isinstance(place, dict))
    return [place["meta"] for place in places if place["type"] == "CHART"]


def datasets_of(dashboard: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    filters = dashboard["metadata"]["native_filter_configuration"]
    used = [BY_UUID[place["uuid"]]["dataset_uuid"] for place in charts_of(dashboard)]
    used += [target["datasetUuid"] for one in filters for target in one["targets"]]
    return [BY_UUID[used_uuid] for used_uuid in dict.fromkeys(used)]


@pytest.mark.parametrize("path", DATASETS)
def test_columns_are_described_as_the_models_describe_them(path: str) -> None:
    assert DATASETS[path] == bundle.described(DATASETS[path]), "run: make superset-bundle"


@pytest.mark.parametrize("path", DASHBOARDS)
def test_a_dashboards_exposure_names_the_models_that_its_datasets_read(path: str) -> None:
    exposures = yaml.safe_load((PROJECT_ROOT / "models" / "exposures.yml").read_text(encoding="utf-8"))["exposures"]
    name = f"dashboard_{Path(path).stem}"
    named = next(one["depends_on"] for one in exposures if (one["name"], one["type"]) == (name, "dashboard"))
    read = {model for dataset in datasets_of(DASHBOARDS[path]) for model in bundle.models_of(dict(dataset))}
    assert sorted(named) == sorted(f"ref('{model}')" for model in read)


def test_every_dataset_with_a_currency_knows_which_column_it_is() -> None:
    with_currency = [path for path, one in DATASETS.items() if "currency" in {c["column_name"] for c in one["columns"]}]
    assert with_currency == OF_MONEY


def test_the_bundle_is_whole_and_a_later_import_meets_the_same_things() -> None:
    everything = bundle.files("databases") | DATASETS | CHARTS | DASHBOARDS
    assert {path: content["uuid"] for path, content in everything.items()} == {
        path: str(uuid.uuid5(NAMESPACE, path)) for path in everything
    }
    placed = [place for dashboard in DASHBOARDS.values() for place in charts_of(dashboard)]
    assert {place["uuid"] for place in placed} == {chart["uuid"] for chart in CHARTS.values()}
    assert all(place["sliceName"] == BY_UUID[place["uuid"]]["slice_name"] for place in placed)
    for dashboard in DASHBOARDS.values():
        numbers = [place["chartId"] for place in charts_of(dashboard)]
        assert len(set(numbers)) == len(numbers)
    used = {dataset["uuid"] for dashboard in DASHBOARDS.values() for dataset in datasets_of(dashboard)}
    assert used == {dataset["uuid"] for dataset in DATASETS.values()}


@pytest.mark.parametrize("path", CHARTS)
def test_a_chart_asks_only_for_what_its_dataset_has(path: str) -> None:
    dataset = BY_UUID[CHARTS[path]["dataset_uuid"]]
    asked = CHARTS[path]["params"]
    metrics = {*asked.get("metrics", []), *(asked[key] for key in ("metric", "x", "y", "size") if key in asked)}
    metrics |= {asked["timeseries_limit_metric"]} if "timeseries_limit_metric" in asked else set()
    columns = {*asked.get("groupby", []), *asked.get("all_columns", [])}
    columns |= {asked[key] for key in ("x_axis", "entity", "series") if key in asked}
    assert metrics | columns
    assert metrics <= {metric["metric_name"] for metric in dataset["metrics"]}
    assert columns <= {column["column_name"] for column in dataset["columns"]}


@pytest.mark.parametrize("path", DASHBOARDS)
def test_a_filter_says_which_charts_it_leaves_as_they_are(path: str) -> None:
    for one in DASHBOARDS[path]["metadata"]["native_filter_configuration"]:
        (column,) = (target["column"]["name"] for target in one["targets"])
        for place in charts_of(DASHBOARDS[path]):
            dataset = BY_UUID[BY_UUID[place["uuid"]]["dataset_uuid"]]
            if place["chartId"] not in one["scope"]["excluded"]:
                assert column in {listed["column_name"] for listed in dataset["columns"]}, place["sliceName"]
            elif dataset["table_name"] != "publication":
                assert place["sliceName"] in one["description"]


@pytest.mark.parametrize("path", DASHBOARDS)
def test_a_dashboard_says_which_build_it_shows(path: str) -> None:
    shown = [
        BY_UUID[place["uuid"]]["params"]["all_columns"]
        for place in charts_of(DASHBOARDS[path])
        if BY_UUID[BY_UUID[place["uuid"]]["dataset_uuid"]]["table_name"] == "publication"
    ]
    assert [columns[:2] for columns in shown] == [["as_of", "build_id"]]


def measured(dataset: Mapping[str, Any], rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Every metric over a table of the dataset's columns in which all amounts are 1, but for what `rows` say."""
    stored = [column for column in dataset["columns"] if "expression" not in column]
    columns = ", ".join(f'"{column["column_name"]}" {column["type"]}' for column in stored)
    with duckdb.connect(":memory:") as connection:
        connection.execute(f"create table facts ({columns})")
        for row in rows:
            values = [
                row.get(column["column_name"], 1 if column["type"] not in ("TEXT", "BOOLEAN", "DATE") else None)
                for column in stored
            ]
            connection.execute(f"insert into facts values ({', '.join('?' * len(values))})", values)
        for column in dataset["columns"]:
            connection.execute(f"select {column.get('expression', column['column_name'])} from facts")
        found = {}
        for metric in dataset["metrics"]:
            row_found = connection.execute(f"select {metric['expression']} from facts").fetchone()
            assert row_found is not None
            found[metric["metric_name"]] = row_found[0]
        return found


OF_MONEY = [path for path, dataset in DATASETS.items() if "currency_code_column" in dataset]


@pytest.mark.parametrize("path", OF_MONEY)
def test_no_metric_adds_money_of_two_currencies(path: str) -> None:
    dataset = DATASETS[path]
    line = {"period_id": "FY2026-M01", "line_type": "manual"}
    dollars, euros = line | {"currency": "USD"}, line | {"currency": "EUR"}
    one, two = measured(dataset, [dollars]), measured(dataset, [dollars, dollars])
    added = {name for name in one if isinstance(one[name], Decimal) and two[name] == 2 * one[name] != 0}
    mixed, unnamed = measured(dataset, [dollars, euros]), measured(dataset, [dollars, line])
    assert added or dataset["table_name"] == "rpt_exceptions"  # whose amounts are listed, never added
    assert {name: (mixed[name], unnamed[name]) for name in added} == dict.fromkeys(added, (None, None))


@pytest.mark.parametrize("path", OF_MONEY)
def test_what_stands_to_date_is_not_added_over_months(path: str) -> None:
    months = [{"period_id": f"FY2026-M0{number}", "currency": "USD"} for number in (1, 2)]
    found = measured(DATASETS[path], months)
    assert {name: value for name, value in found.items() if name.endswith("_to_date") and value is not None} == {}


OF_ONE = {
    "currency": "coalesce(currency, '')",
    "component": "component_id",
    "month": "period_id",
    "plan": "plan_id",
    "role": "sales_role",
}


@pytest.mark.parametrize("path", DATASETS)
def test_a_metric_sums_a_column_only_within_what_its_model_says(path: str) -> None:
    known = bundle.models()
    columns = [column for name in bundle.models_of(DATASETS[path]) for column in known[name]["columns"]]
    for metric in DATASETS[path]["metrics"]:
        for column in columns:
            additive = column.get("config", {}).get("meta", {}).get("additive")
            summed = re.search(rf"sum\([^)]*\b{column['name']}\b", metric["expression"])
            if not summed or additive in (None, True):
                continue
            assert additive, f"{metric['metric_name']} sums {column['name']}, which doesn't add up"
            for word in re.findall(r"\w+", additive.partition(" one ")[2]):
                one = f"count(distinct {OF_ONE.get(word)}) = 1"
                assert word == "and" or one in metric["expression"], f"{metric['metric_name']}: of one {word}"


def test_in_postgres_everything_lies_in_one_schema_and_is_read_as_the_person_who_looks() -> None:
    (database,) = (bundle.in_postgres(path, one, "pay") for path, one in bundle.files("databases").items())
    assert database["impersonate_user"]
    assert database["sqlalchemy_uri"].startswith("postgresql")
    for path, dataset in DATASETS.items():
        moved = bundle.in_postgres(path, dataset, "pay")
        assert moved["schema"] == "pay"
        assert not bundle.models_of(moved)  # nothing of DuckDB's schemas is left
