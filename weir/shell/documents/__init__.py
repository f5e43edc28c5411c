# SPDX-License-Identifier: Apache-2.0
"""The reference, drawn from the registries: a page that is out of date is a failing check, not a lie.

Nothing in it depends on the machine: no path, no time, no present value of a setting.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from weir.shell.documents.command_line import commands
from weir.shell.documents.kinds import errors, ledger_kinds, policy_actions
from weir.shell.documents.named import questions, verbs
from weir.shell.documents.operators import settings

CHECKOUT = Path(__file__).parents[3]
FOLDER = CHECKOUT / "docs" / "reference"
PAGES: Mapping[str, Callable[[], str]] = {
    "verbs.md": verbs,
    "questions.md": questions,
    "settings.md": settings,
    "commands.md": commands,
    "ledger-kinds.md": ledger_kinds,
    "errors.md": errors,
    "policy-actions.md": policy_actions,
}
NOTE = "<!-- Written by `weir docs` from the code. Change the code, then run `make docs`. -->\n\n"


def page(name: str) -> str:
    """One page of the reference, as it should be."""
    return NOTE + PAGES[name]().rstrip("\n") + "\n"


def stale(folder: Path) -> list[str]:
    """Pages that are not there, or do not say what the code says."""
    return [name for name in PAGES if not (folder / name).is_file() or _kept(folder / name) != page(name)]


def write(folder: Path) -> None:
    """Every page anew."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in PAGES:
        (folder / name).write_text(page(name), encoding="utf-8", newline="\n")


def is_checkout() -> bool:
    """Whether this Weir runs from a checkout, where there is a reference to write."""
    return (CHECKOUT / "pyproject.toml").is_file()


def _kept(path: Path) -> str:
    return path.read_text(encoding="utf-8")
