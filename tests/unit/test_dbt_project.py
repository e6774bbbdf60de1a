"""The dbt project's own rules, over its manifest: grain, key tests, contracts, layers, staging as the contract says.

dbt finds no fault with any of it: on DuckDB a misspelt `desciption:` passes without a word.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from orchestration.ingest.contract import OWN_TABLES, TableContract, read_rules_contract, read_source_contract
from orchestration.publish.personal import HARMLESS_TEXTS, undeclared
from orchestration.published_tables import published_tables
from orchestration.quality.gate import IMPLIED_KEY
from orchestration.workspace import PROJECT_ROOT

STAGES = ("staging", "core", "credit", "quota", "payout", "reporting")
MOST_LINES = 130
Node = Mapping[str, Any]


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Any]:
    """The parsed project, with every source enabled."""
    from dbt.cli.main import dbtRunner

    target = str(tmp_path_factory.mktemp("dbt"))
    arguments = ["parse", "--quiet", "--no-partial-parse", "--project-dir", str(PROJECT_ROOT)]
    arguments += ["--profiles-dir", str(PROJECT_ROOT), "--target-path", target, "--log-path", target]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("QUOTALINE_AS_OF", "2026-12-31")
        patch.setenv("QUOTALINE_CODE_REVISION", "check")
        patch.setenv("QUOTALINE_SOURCES", "canonical,ledger,adventureworks")
        patch.setenv("QUOTALINE_SEEDS", "seeds")
        result = dbtRunner().invoke(arguments)
    assert result.success, result.exception
    whole: Mapping[str, Any] = result.result.to_dict()  # type: ignore[union-attr]
    return whole


@pytest.fixture(scope="module")
def models(manifest: Mapping[str, Any]) -> list[Node]:
    """All models, by name."""
    nodes = (node for node in manifest["nodes"].values() if node["resource_type"] == "model")
    return sorted(nodes, key=lambda node: str(node["name"]))


def stage_of(node: Node) -> str:
    """The stage that a model belongs to: its folder under models."""
    return Path(node["original_file_path"]).parts[1]


def is_mart(node: Node) -> bool:
    """Whether a model is public: its columns are a contract."""
    return str(node["name"]).startswith(("dim_", "fct_", "rpt_"))


def faults(found: dict[str, str]) -> str:
    """What is wrong with which model, a line each."""
    return "\n".join(f"{name}: {fault}" for name, fault in found.items())


def test_every_model_says_what_it_is_ending_with_its_grain(models: list[Node]) -> None:
    wrong = {
        node["name"]: node["description"] or "has no description"
        for node in models
        if not re.search(r"\bone row (per|with|of) [^.]+\.$", node["description"].strip())
    }
    assert not wrong, faults(wrong)


def test_every_grain_is_tested_as_a_key(manifest: Mapping[str, Any], models: list[Node]) -> None:
    keys: dict[str, list[list[str]]] = {}
    for node in manifest["nodes"].values():
        test = node.get("test_metadata") or {}
        if test.get("name") == "unique_together":
            keys.setdefault(node["attached_node"], []).append(list(test["kwargs"]["columns"]))
    wrong = {
        node["name"]: f"meta.grain is {grain}, unique_together tests {keys.get(node['unique_id'], [])}"
        for node in models
        if not (grain := node["config"]["meta"].get("grain")) or grain not in keys.get(node["unique_id"], [])
    }
    assert not wrong, faults(wrong)


def test_a_build_leaves_out_only_keys_of_views_and_the_hash_of_a_tested_key(manifest: Mapping[str, Any]) -> None:
    left_out = [node for node in manifest["nodes"].values() if IMPLIED_KEY in node["tags"]]
    wrong = {}
    for node in left_out:
        test, model = node["test_metadata"], manifest["nodes"][node["attached_node"]]
        is_key_of_view = test["name"] == "unique_together" and model["config"]["materialized"] == "view"
        if not is_key_of_view and (test["name"], node["column_name"]) != ("unique", "credit_id"):
            wrong[node["name"]] = "a build must run it (docs/decisions/0011)"
    assert left_out
    assert not wrong, faults(wrong)


def test_every_mart_has_an_enforced_contract_and_a_text_for_each_column(models: list[Node]) -> None:
    wrong = {}
    for node in filter(is_mart, models):
        columns = node["columns"].values()
        silent = [column["name"] for column in columns if not (column["description"] and column["data_type"])]
        if not node["config"]["contract"]["enforced"]:
            wrong[node["name"]] = "its contract is not enforced"
        elif silent:
            wrong[node["name"]] = f"no description or type: {', '.join(silent)}"
    assert not wrong, faults(wrong)


def test_every_public_column_says_what_of_a_person_it_holds(manifest: Mapping[str, Any]) -> None:
    """What the pseudonymised copy replaces or leaves out; a new column of text is not published in it by mistake."""
    types = {"text": "VARCHAR"}
    wrong, known = {}, set()
    for table in published_tables(dict(manifest)):
        (node,) = (one for one in manifest["nodes"].values() if one["name"] == table.name)
        for column in table.columns:
            data_type = str(node["columns"][column.name]["data_type"])
            fault = undeclared(column, types.get(data_type, data_type.upper()))
            if fault:
                wrong[f"{table.name}.{column.name}"] = f"{fault}: add config: {{meta: {{personal: …}}}}"
            known.add(column.name)
    assert not wrong, faults(wrong)
    assert not HARMLESS_TEXTS - known
    people = "worker|user|account|mail|manager|person|payee|note|comment|file|_by$"
    assert not [name for name in HARMLESS_TEXTS if re.search(people, name)]


def test_every_mart_says_who_reads_it_and_no_persons_rows_are_for_everyone(models: list[Node]) -> None:
    of_a_person = re.compile(r"worker|user|manager_(?!levels)|email|payee|earned|credited|closed_by")
    wrong = {}
    for node in filter(is_mart, models):
        access = node["config"]["meta"].get("access")
        names = set(node["columns"])
        if access not in ("worker", "everyone", "finance"):
            wrong[node["name"]] = f"meta.access is {access}, not worker, everyone or finance (docs/postgresql.md)"
        elif access == "worker" and "worker_id" not in names:
            wrong[node["name"]] = "has no worker_id, so that nobody but finance sees it: say finance"
        elif access == "everyone" and (found := {name for name in names if of_a_person.search(name)}):
            wrong[node["name"]] = f"is for everyone and has {', '.join(sorted(found))}"
    assert not wrong, faults(wrong)


def test_reports_name_what_they_show_by_id(models: list[Node]) -> None:
    """Nobody has to look up who w00034 is: the columns of an rpt_ table are enough to read it."""
    shown = {"worker": "worker", "manager_worker": "manager"} | {
        one: one for one in ("plan", "component", "by_component", "measure", "territory")
    }
    wrong = {
        node["name"]: f"has {thing}_id and no {name}_name"
        for node in models
        if node["name"].startswith("rpt_")
        for thing, name in shown.items()
        if f"{thing}_id" in node["columns"] and f"{name}_name" not in node["columns"]
    }
    assert not wrong, faults(wrong)


NUMBERS = ("integer", "bigint", "decimal")
METRIC = re.compile(
    r"attainment_(to_date|full_window|share|rank)|quota_(to_date|full_window)|\w+_to_date|\w+_correlation|objective_score"
    r"|(cost_of_sales|pay_mix|target_variable_pay|payee|threshold|target|excellence)_share|(payee|worker|transaction)_count"
    r"|(payout|payroll|prorated_quota|credited|earned|held|released|still_held|balance|next_tier_credit)_amount"
)


def declared_columns(models: list[Node]) -> dict[str, Mapping[str, Any]]:
    """What is declared of each public column, by `table.column`; its type as data_type."""
    return {
        f"{node['name']}.{column['name']}": column["config"].get("meta", {}) | {"data_type": column["data_type"]}
        for node in filter(is_mart, models)
        for column in node["columns"].values()
    }


def test_every_public_number_says_whether_it_adds_up_and_no_text_says_it_by_hand(models: list[Node]) -> None:
    wrong = {
        name: f"additive: true, false, or 'within …' / 'over …', not {meta.get('additive')!r}"
        for name, meta in declared_columns(models).items()
        if meta["data_type"].startswith(NUMBERS)
        and not (
            isinstance(meta.get("additive"), bool) or str(meta.get("additive", "")).startswith(("within ", "over "))
        )
    }
    wrong |= {
        f"{node['name']}.{column['name']}": "meta.additive says it, not the description"
        for node in filter(is_mart, models)
        for column in node["columns"].values()
        if re.search(r"\badditive\b|\bdo not add\b", column["description"], re.IGNORECASE)
    }
    assert not wrong, faults(wrong)


def test_every_metric_has_one_formula_of_columns_that_exist(models: list[Node]) -> None:
    """One column has the formula; others of the same meaning say same_as. A name that means something else in another
    grain has a formula that names the column it is made from."""
    columns = declared_columns(models)
    formulas = {name: meta["formula"] for name, meta in columns.items() if "formula" in meta}
    known = {part for name in columns for part in (*name.split("."), name)}
    wrong: dict[str, str] = {}
    for name, meta in columns.items():
        table, column = name.split(".")
        if "same_as" in meta and meta["same_as"] not in (formulas if METRIC.fullmatch(column) else columns):
            wrong[name] = f"{meta['same_as']} has no formula"
        if METRIC.fullmatch(column) and not table.startswith("dim_") and ("formula" in meta) == ("same_as" in meta):
            wrong[name] = "needs a formula, or same_as the column that has it"
        unknown = set(re.findall(r"[a-z]+(?:_[a-z]+)+(?:\.[a-z_]+)?", meta.get("formula", ""))) - known
        if unknown:
            wrong[name] = f"the formula names no column {', '.join(sorted(unknown))}"
    own = [
        name.split(".")[1] for name, formula in formulas.items() if not re.search(r"\b(dim|fct|rpt)_\w+\.\w+", formula)
    ]
    wrong |= {name: "is defined twice" for name in own if own.count(name) > 1}
    assert len(set(formulas.values())) == len(formulas)
    assert not wrong, faults(wrong)


def test_every_published_store_is_an_exposure_of_every_mart(manifest: Mapping[str, Any], models: list[Node]) -> None:
    marts = {node["unique_id"] for node in models if is_mart(node)}
    exposed = (one for one in manifest["exposures"].values() if one["type"] == "application")
    read = {one["name"]: set(one["depends_on"]["nodes"]) for one in exposed}
    assert marts
    stores = ("duckdb", "parquet", "hyper", "pseudonymised", "postgres")
    assert read == {f"published_{store}": marts for store in stores}
    assert all(one["owner"]["name"] and one["description"] for one in manifest["exposures"].values())


def test_a_model_fits_on_two_screens(models: list[Node]) -> None:
    lengths = {node["name"]: len(node["raw_code"].splitlines()) for node in models}
    wrong = {name: f"{lines} lines" for name, lines in lengths.items() if lines > MOST_LINES}
    assert not wrong, faults(wrong)


def test_a_stage_reads_itself_and_earlier_ones_only(models: list[Node]) -> None:
    by_id = {node["unique_id"]: node for node in models}
    wrong = {}
    for node in models:
        parents = [by_id[parent] for parent in node["depends_on"]["nodes"] if parent in by_id]
        later = [parent["name"] for parent in parents if STAGES.index(stage_of(parent)) > STAGES.index(stage_of(node))]
        if node["name"].startswith("rpt_"):
            later += [parent["name"] for parent in parents if parent["name"].startswith("stg_")]
        if later:
            wrong[node["name"]] = f"may not read {', '.join(later)}"
    assert not wrong, faults(wrong)


def test_only_staging_reads_what_was_landed(models: list[Node]) -> None:
    wrong = {}
    for node in models:
        sources = [parent.split(".")[-1] for parent in node["depends_on"]["nodes"] if parent.startswith("source.")]
        landed = [name for name in sources if name not in OWN_TABLES]
        if landed and stage_of(node) != "staging":
            wrong[node["name"]] = f"reads raw {', '.join(landed)}; read a stg_ model"
    assert not wrong, faults(wrong)


ENTITIES = {table.name: table for table in read_source_contract("canonical").tables}


def columns_of(sql: str) -> list[str]:
    """The names in a model's last list of columns: what ends each of its lines."""
    listed = re.split(r"^select$", sql, flags=re.MULTILINE)[-1].split("\nfrom ")[0]
    listed = listed.replace("{{ provenance() }}", "raw_load_id,\n    raw_file,\n    raw_row_number")
    names = re.findall(r"^    (?:\S.*)?\b(\w+),?$", listed, re.MULTILINE)
    return [name for name in names if name != "case"]


def test_staging_models_of_an_entity_have_its_columns_in_the_contracts_order(models: list[Node]) -> None:
    wrong = {}
    for node in models:
        match = re.fullmatch(r"stg_(\w+?)__(\w+)", node["name"])
        if stage_of(node) != "staging" or not match or match[1] in ("rules", "ledger") or match[2] not in ENTITIES:
            continue
        expected = ["source_system", *ENTITIES[match[2]].column_names, "raw_load_id", "raw_file", "raw_row_number"]
        found = columns_of(node["raw_code"])
        if found != expected:
            wrong[node["name"]] = f"has {found}, not {expected}"
    assert not wrong, faults(wrong)


def test_canonical_stages_every_entity_and_every_rule_has_its_model(models: list[Node]) -> None:
    names = {node["name"] for node in models}
    missing = {f"stg_canonical__{entity}" for entity in ENTITIES} - names
    missing |= {f"stg_rules__{table.name}" for table in read_rules_contract().tables} - names
    assert not missing


def checks_of(table: TableContract) -> set[str]:
    """The macro calls that the contract asks for: one a check, as they stand in the model."""
    own = ", within=['source_system']"
    calls = {f"duplicate_rows('{table.name}', key, other_columns{own if table.name == 'sales_events' else ''})"}
    if table.valid and not table.may_overlap:
        calls.add(f"overlapping_rows('{table.name}', key, '{table.valid[0]}', '{table.valid[1]}')")
    for column in table.columns:
        if column.references:
            within = own if column.references == "sales_events" else ""
            calls.add(f"dangling_rows('{table.name}', key, '{column.name}', '{column.references}'{within})")
        if column.format == "period":
            month_only = ", month_only=true" if table.name == "payout_adjustments" else ""
            calls.add(f"unknown_period_rows('{table.name}', key{month_only})")
    return calls


@pytest.mark.parametrize("entity", ENTITIES)
def test_rows_are_checked_against_each_other_as_the_contract_says(models: list[Node], entity: str) -> None:
    table = ENTITIES[entity]
    code = next(node["raw_code"] for node in models if node["name"] == f"int_core__{entity}_rejections")
    key, other_columns = (
        re.findall(r"'(\w+)'", re.search(rf"set {name} = \[(.*?)\]", code, re.DOTALL)[1])  # type: ignore[index]
        for name in ("key", "other_columns")
    )
    assert key == list(table.key)
    assert other_columns == [name for name in table.column_names if name not in table.key]
    assert set(re.findall(r"\{\{ (.+?\)) \}\}", code)) == checks_of(table)
