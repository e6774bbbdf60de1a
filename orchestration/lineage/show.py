"""A trace on paper and on screen: rich text for a terminal, one self-contained HTML page, JSON for machines."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text
from rich.tree import Tree

from orchestration.lineage.node import Node, total
from orchestration.lineage.words import number
from orchestration.problems import Problem, UserError

MOST_SHOWN = 12
"""Children of a level that a terminal shows; the rest is one line with its sum. HTML and JSON show all."""

ALWAYS_SHOWN = {"payout_line", "payroll_line", "tier", "quota_month", "credit_month"}


IN_TITLE = {("raw_row", "entity"), ("raw_row", "file"), ("raw_row", "row"), ("deal", "credit")}
"""Facts that a terminal leaves out: they stand in the title, or nearby."""


def as_text(root: Node, publication: Mapping[str, Any]) -> RenderableType:
    """The trace as a tree for a terminal."""
    return Group(_branch(root), Text(f"\n{build_text(publication)}", style="dim"))


def build_text(publication: Mapping[str, Any]) -> str:
    """Which publication a page is of: nobody can check a figure without it."""
    return (
        f"Build {publication['build_id']}, as of {publication['as_of']}, code {publication['code_revision']}, "
        f"published {publication['published_at']:%Y-%m-%d %H:%M} UTC"
    )


def _branch(node: Node, parent: Tree | None = None) -> Tree:
    tree = parent.add(_label(node)) if parent else Tree(_label(node), guide_style="dim")
    shown = node.children
    if len(shown) > MOST_SHOWN and shown[0].kind not in ALWAYS_SHOWN:
        shown, rest = shown[:MOST_SHOWN], shown[MOST_SHOWN:]
        for child in shown:
            _branch(child, tree)
        counted = [child for child in rest if child.counts]
        unit = counted[0].unit if counted else ""
        summed = f", {number(total(counted), unit)} together" if counted else ""
        tree.add(Text(f"and {len(rest):,} more{summed}: --html or --json shows each", style="italic dim"))
        return tree
    for child in shown:
        _branch(child, tree)
    return tree


def _label(node: Node) -> Text:
    text = Text()
    if node.amount is not None:
        style = "bold" if node.counts else "bold dim"
        text.append(number(node.amount, node.unit), style=style)
        text.append("  ")
    text.append(node.title)
    if node.how and node.kind != "transaction":
        text.append(f"\n{node.how}", style="dim")
    told = [(label, value) for label, value in node.facts if (node.kind, label) not in IN_TITLE]
    if told:
        text.append("\n" + ", ".join(f"{label} {value}" for label, value in told), style="dim")
    return text


def as_json(root: Node, publication: Mapping[str, Any]) -> str:
    """The trace and what it was read from, for machines."""
    return json.dumps(
        {"publication": dict(publication), "trace": root.as_json()}, default=str, ensure_ascii=False, indent=1
    )


def write_page(path: Path, template: str, **values: Any) -> None:
    """One self-contained page: no script, nothing loaded from anywhere, every value escaped.

    Readable by its owner only: it shows pay.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    from orchestration.builds import replace_text
    from orchestration.lineage import words

    if path.is_dir():
        raise UserError("No page was written:", [Problem(str(path), "is a folder", "name a file, such as page.html")])
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["words"] = words
    environment.globals["number"] = number
    replace_text(path, environment.get_template(template).render(**values))
