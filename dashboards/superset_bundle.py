"""The Superset bundle: dataset columns described as the dbt models describe them, then one zip to import.

    python dashboards/superset_bundle.py ZIP [SCHEMA]      (make superset-bundle)

The files in dashboards/superset have Superset's own format: what it exports from an edited dashboard is unzipped over
them. They read the published DuckDB file; with SCHEMA the zip reads that schema of PostgreSQL, as the person who looks.
"""

from __future__ import annotations

import re
import sys
import zipfile
from pathlib import Path
from typing import Any

import yaml

from orchestration.published_tables import described as text_of_column

HERE = Path(__file__).resolve().parent
BUNDLE = HERE / "superset"
MODELS = HERE.parent / "models"
Yaml = dict[str, Any]


def read(path: Path) -> Yaml:
    content: Yaml = yaml.safe_load(path.read_text(encoding="utf-8"))
    return content


def files(kind: str) -> dict[str, Yaml]:
    """The bundle's databases, datasets, charts or dashboards, by path in the bundle."""
    return {path.relative_to(BUNDLE).as_posix(): read(path) for path in sorted((BUNDLE / kind).rglob("*.yaml"))}


class _Dumper(yaml.SafeDumper):
    """Writes SQL of several lines as lines."""


_Dumper.add_representer(
    str,
    lambda dumper, value: dumper.represent_scalar("tag:yaml.org,2002:str", value, style="|" if "\n" in value else None),
)


def text(content: Yaml) -> str:
    """As it stands in the bundle's files."""
    return yaml.dump(content, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120)


def models() -> dict[str, Yaml]:
    """dbt's description of every model, by name."""
    found = (model for path in sorted(MODELS.rglob("*.yml")) for model in read(path).get("models") or [])
    return {model["name"]: model for model in found}


def models_of(dataset: Yaml) -> list[str]:
    """The models that a dataset reads: its table, or those that its SQL names; none for `publication`."""
    if "sql" in dataset:
        return re.findall(r"\b(?:marts|reporting)\.(\w+)", dataset["sql"])
    return [dataset["table_name"]] if dataset["schema"] in ("marts", "reporting") else []


def described(dataset: Yaml) -> Yaml:
    """The dataset with types and descriptions from its models: all columns of a table, the listed ones of a query.

    Columns that no model has (calculated ones) stay as they are.
    """
    known = models()
    read_by = [known[name] for name in models_of(dataset)]
    of_models = {column["name"]: column for model in reversed(read_by) for column in model["columns"]}
    listed = {column["column_name"]: column for column in dataset["columns"]}
    if read_by and "sql" not in dataset:
        dataset = dataset | {"description": read_by[0]["description"].strip()}
        listed = {name: {"column_name": name} for name in of_models} | listed
    return dataset | {"columns": [_column(column, of_models.get(name)) for name, column in listed.items()]}


def _column(column: Yaml, of_model: Yaml | None) -> Yaml:
    if of_model is None:
        return column
    kind = of_model["data_type"]
    return column | {
        "type": kind.upper(),
        "is_dttm": kind in ("date", "timestamp"),
        "description": text_of_column(of_model),
    }


def in_postgres(path: str, content: Yaml, schema: str) -> Yaml:
    """A file of the bundle as PostgreSQL needs it: one schema, and a query runs as the person who looks."""
    if path.startswith("databases/"):
        uri = "postgresql+psycopg2://postgres.example/quotaline"
        return content | {"sqlalchemy_uri": uri, "impersonate_user": True, "extra": {}}
    if path.startswith("datasets/"):
        query = {"sql": re.sub(r"\b(marts|reporting)\.", f"{schema}.", content["sql"])} if "sql" in content else {}
        return content | {"schema": schema} | query
    return content


def main(target: Path, schema: str | None = None) -> None:
    """Brings the datasets' files up to the models, and writes the zip. schema: of PostgreSQL, else for DuckDB."""
    for path, dataset in files("datasets").items():
        (BUNDLE / path).write_text(text(described(dataset)), encoding="utf-8")
    target.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as bundle:
        for path, content in files("").items():
            bundle.writestr(f"quotaline/{path}", text(in_postgres(path, content, schema) if schema else content))
    print(f"Wrote {target}. Next: superset import-dashboards -p {target} -u ADMIN")


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:3])
