"""`quotaline init`: a new workspace from a template."""

from __future__ import annotations

import shutil
from pathlib import Path

from orchestration.ingest.contract import read_rules_contract
from orchestration.problems import Problem, UserError
from orchestration.workspace import PROJECT_ROOT, SETTINGS_FILE, Workspace

TEMPLATES = Path(__file__).parent / "templates"
# The demo is the project's own root; the others are folders of templates/.
SOURCES = {"demo": PROJECT_ROOT, "adventureworks": TEMPLATES / "adventureworks", "canonical": TEMPLATES / "canonical"}
DEFAULT_DATA = "landing/canonical"


def make(directory: Path, template: str, data: Path | None = None) -> Workspace:
    """A workspace in `directory`, whole or not at all. data: folder with the source's files, anywhere.

    Raises UserError if the template is unknown, the folder already holds a workspace, or data is missing.
    """
    _check(directory, template, data)
    source = SOURCES[template]
    directory.mkdir(parents=True, exist_ok=True)
    rules = directory / "seeds"
    if (source / "seeds").is_dir():
        shutil.copytree(source / "seeds", rules, dirs_exist_ok=True)
    for table in read_rules_contract().tables:
        path = rules / f"{table.name}.csv"
        if not path.exists():
            path.parent.mkdir(exist_ok=True)
            path.write_text(",".join(column.name for column in table.columns) + "\n", encoding="utf-8")
    if data is None:
        (directory / DEFAULT_DATA).mkdir(parents=True, exist_ok=True)
    settings = (source / SETTINGS_FILE).read_text(encoding="utf-8")
    settings = settings.replace("{data}", str(data.resolve()) if data else DEFAULT_DATA)
    settings = settings.replace("{name}", directory.resolve().name)
    # Last, since this file is what makes the folder a workspace.
    (directory / SETTINGS_FILE).write_text(settings, encoding="utf-8")
    return Workspace.open(directory)


def _check(directory: Path, template: str, data: Path | None) -> None:
    problems = []
    if template not in SOURCES:
        problems.append(Problem("--template", "is not a template", f"use one of {', '.join(SOURCES)}", value=template))
    if (directory / SETTINGS_FILE).exists():
        problems.append(Problem(str(directory), "is a workspace already", "choose another folder, or delete this one"))
    if template == "adventureworks" and data is None:
        problems.append(Problem("--data", "is missing", "give the folder with the AdventureWorks CSV files"))
    if data is not None and not data.is_dir():
        remedy = "give the folder with the source's files"
        problems.append(Problem("--data", "is not a folder", remedy, value=str(data)))
    if problems:
        raise UserError("No workspace was made:", problems)
