# SPDX-License-Identifier: Apache-2.0
"""docs/tutorial.md is true: a copy of Weir in which it was followed to the letter has a new room with all its doors."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/tutorial.md"
COPIED = ("weir", "tests", "tools", "pyproject.toml")
LEFT_OUT = shutil.ignore_patterns("__pycache__", ".*")

BLOCK = re.compile(
    r"^(?P<new>\*\*`(?P<file>[^`]+)`\*\*)|^In \*\*`(?P<old>[^`]+)`\*\*|^```(?P<language>\w+)\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
LINT = "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())"
PYTEST = ["-m", "pytest", "-q", "-p", "no:schemathesis", "-p", "no:cacheprovider"]
# What `make` does, with this interpreter. Types are left to `make check-types`, which takes longer than all the rest.
TYPED = {
    "make migrations": [["tools/migrations.py"]],
    "make docs": [["-m", "weir.shell", "docs"]],
    "make check": [
        ["-m", "ruff", "check", "--no-cache", "weir/defense", "tests/defense"],
        ["-m", "ruff", "format", "--no-cache", "--check", "weir/defense", "tests/defense"],
        ["-c", LINT, "--no-cache"],
        ["tools/migrations.py", "--check"],
        [*PYTEST, "tests/architecture/test_rooms.py", "tests/architecture/test_writers.py"],
    ],
    ".venv/bin/python -m pytest tests/defense/lending": [[*PYTEST, "tests/defense/lending"]],
}
DOORS = """
import json
import django
django.setup()
from click.testing import CliRunner
from weir.foundation.actor import ANONYMOUS
from weir.shell.api import openapi
from weir.shell.mcp import tools
from weir.shell.doors import operations
from weir.shell.commands.root import weir
from tests.worlds.house import COORDINATOR, FINDER
document = openapi.document()
def told(*words):
    return CliRunner().invoke(weir, [*words, "--help"]).output
print(json.dumps({
    "offered": [name for name in operations() if name.startswith("lending.")],
    "paths": {path: list(way) for path, way in document["paths"].items() if "/lending/" in path},
    "room": told("lending"),
    "verb": told("lending", "borrow-kit"),
    "tools": {
        who: [tool["name"] for tool in tools.listed(actor) if tool["name"].startswith("lending.")]
        for who, actor in {"coordinator": COORDINATOR, "finder": FINDER, "nobody": ANONYMOUS}.items()
    },
}))
"""


@dataclass(frozen=True)
class Step:
    """One block of the page: what to write or type, and in which file."""

    language: str
    text: str
    file: str
    new: bool


def steps(page: str) -> list[Step]:
    """In the order of the page. A file is named in bold before its block; a change says `In` before the name."""
    found, file, new = [], "", False
    for match in BLOCK.finditer(page):
        if match["language"]:
            found.append(Step(match["language"], match["text"], file, new))
        else:
            file, new = match["file"] or match["old"], bool(match["file"])
    return found


def change(before: str, diff: str) -> str:
    """The text with the added lines in it; the lines around them must be there, once."""
    lines = diff.splitlines()
    old = "".join(f"{line[1:]}\n" for line in lines if not line.startswith("+"))
    new = "".join(f"{line[1:]}\n" for line in lines)
    assert before.count(old) == 1, f"the page shows lines that are not there, or not once:\n{old}"
    return before.replace(old, new)


def python_files(place: Path) -> dict[str, bytes]:
    return {str(path.relative_to(place)): path.read_bytes() for path in sorted(place.rglob("*.py"))}


@dataclass(frozen=True)
class Sitting:
    """Somebody who sits down in front of a copy of Weir and follows the page."""

    place: Path
    before: dict[str, bytes]

    def follow(self, step: Step) -> None:
        if step.language == "sh":
            for line in step.text.splitlines():
                self.type(line)
        elif step.language == "diff":
            path = self.place / step.file
            path.write_text(change(path.read_text(), step.text))
        else:
            assert step.new, f"{step.file} is shown whole and not called new"
            self.write(self.place / step.file, step.text)

    def write(self, path: Path, text: str) -> None:
        """A wing that is there already keeps its own words, as the page says."""
        if not path.exists():
            path.write_text(text)

    def type(self, line: str) -> None:
        if line.startswith(("mkdir ", "touch ")):
            subprocess.run(line, shell=True, cwd=self.place, check=True)  # noqa: S602 - our own page, two words
            return
        for arguments in TYPED[line]:
            self.python(*arguments)

    def changed(self) -> list[str]:
        """The files that were there before and are not as they were."""
        now = python_files(self.place)
        return [name for name, content in self.before.items() if now.get(name) != content]

    def python(self, *arguments: str) -> str:
        home = self.place / ".home"
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith(("WEIR_", "PYTEST_", "DJANGO_"))
        }
        told = {"PYTHONPATH": str(self.place), "WEIR_HOME": str(home)}
        if "pytest" not in arguments:  # which gives its tests a home of their own before Django reads anything
            told["DJANGO_SETTINGS_MODULE"] = "weir.shell.settings"
        done = subprocess.run(
            [sys.executable, *arguments], cwd=self.place, env=kept | told, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{' '.join(arguments)}\n{done.stdout[-4000:]}{done.stderr[-4000:]}"
        return done.stdout


@pytest.fixture(scope="module")
def sitting(tmp_path_factory):
    """The page, followed from its first block to its last."""
    place = tmp_path_factory.mktemp("sitting")
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, place / name, ignore=LEFT_OUT)
        else:
            shutil.copy(source, place / name)
    (place / ".home/static").mkdir(parents=True)
    sitting = Sitting(place, python_files(place))
    for step in steps(PAGE.read_text()):
        sitting.follow(step)
    return sitting


@pytest.fixture(scope="module")
def seen(sitting):
    """What the doors show once the page was followed."""
    return json.loads(sitting.python("-c", DOORS))


def test_every_door_offers_the_new_room_to_whom_policy_does(seen):
    every = {"lending.add_kit", "lending.borrow_kit", "lending.list_kits", "lending.read_kit"}
    assert set(seen["offered"]) == every
    assert seen["paths"] == {
        "/api/v1/lending/add-kit": ["post"],
        "/api/v1/lending/borrow-kit": ["post"],
        "/api/v1/lending/list-kits": ["get"],
        "/api/v1/lending/read-kit": ["get"],
    }
    assert set(seen["tools"]["coordinator"]) == every
    assert set(seen["tools"]["finder"]) == set(seen["tools"]["nobody"]) == every - {"lending.add_kit"}


def test_the_command_explains_itself_in_the_words_of_the_verb(seen):
    assert "Lending: who has which test kit, until when." in seen["room"]
    assert "borrow-kit" in seen["room"]
    assert "Take a kit home." in seen["verb"]
    assert "--days INTEGER" in seen["verb"]


def test_the_reference_has_the_new_names(sitting):
    pages = {path.name: path.read_text() for path in (sitting.place / "docs/reference").glob("*.md")}
    told = [
        name for name in ("verbs.md", "ledger-kinds.md", "policy-actions.md") if "lending.borrow_kit" in pages[name]
    ]
    assert told == ["verbs.md", "ledger-kinds.md", "policy-actions.md"]
    assert "lending.list_kits" in pages["questions.md"]


def test_no_door_was_touched(sitting):
    """Of all that was there, only the list of rooms in the settings differs."""
    assert sitting.changed() == ["weir/shell/settings.py"]


def test_a_page_that_shows_what_is_not_there_is_seen():
    assert change("a\nb\n", " a\n+x\n b\n") == "a\nx\nb\n"
    with pytest.raises(AssertionError, match="not there"):
        change("a\nb\n", " a\n+x\n c\n")
    with pytest.raises(AssertionError, match="not once"):
        change("a\na\n", " a\n+x\n")
