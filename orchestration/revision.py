"""Which revision of Quotaline this is."""

from __future__ import annotations

import functools
import subprocess
from importlib.metadata import version
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent


@functools.cache
def code_revision() -> str:
    """The checkout's commit, with `-dirty` if files differ from it; the package's version outside a checkout."""
    if not (CHECKOUT / ".git").exists():
        return version("quotaline")
    git = ["git", "-C", str(CHECKOUT)]
    head = subprocess.run([*git, "rev-parse", "--short=12", "HEAD"], capture_output=True, text=True, check=False)
    if head.returncode != 0:
        return version("quotaline")
    changed = subprocess.run([*git, "status", "--porcelain"], capture_output=True, text=True, check=False)
    return head.stdout.strip() + ("-dirty" if changed.stdout.strip() else "")
