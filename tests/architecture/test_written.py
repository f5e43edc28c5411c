# SPDX-License-Identifier: Apache-2.0
"""What is written for people is true: the map, the flow, the ladder, links, decisions, dependencies, changes."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from weir.foundation.question import QUESTIONS
from weir.foundation.verb import VERBS
from weir.shell.flow import FLOW, Direction, Row

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "ARCHITECTURE.md").read_text()
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
DECISIONS = ROOT / "docs/decisions"
WRITTEN = sorted(
    [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "changes").glob("*.md"), ROOT / "verifier/README.md"]
)

NAMES = {*VERBS, *QUESTIONS, "jobs.sqlite", "jobs.check_control"}  # a file, and a function of a room's jobs.py
HEADER = ["station", "takes", "woken by", "verb", "leaves", "wakes", "way"]
LINK = re.compile(r"\]\((?!https?://|mailto:|#)([^)#\s]+)(?:#[^)]*)?\)")
FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
FRAGMENT = re.compile(r"\d+(-[a-z-]+)?\.(added|changed|fixed|removed|security)\.md")


def section(page: str, heading: str) -> str:
    """What stands under a heading of the second level."""
    return page.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def table(text: str) -> list[list[str]]:
    """The rows of the first table in a text, its header first."""
    lines = [line.strip().strip("|") for line in text.splitlines() if line.startswith("|")]
    rows = [[cell.strip() for cell in line.split("|")] for line in lines]
    return [rows[0], *rows[2:]] if rows else []


def told(row: Row) -> list[str]:
    """A row of the flow as the page should have it."""
    woken_by = f"`{row.kind}`" if row.kind else "a door"
    way = f"return: {row.stop}" if row.direction is Direction.RETURN else "forward"
    return [row.station, row.takes, woken_by, f"`{row.verb}`", row.leaves, ", ".join(row.wakes), way]


def mapped(page: str) -> set[str]:
    """Every folder under weir/ that the map names."""
    found, above = set(), {0: "weir"}
    for line in section(page, "The map").splitlines():
        if match := re.match(r"( +)([a-z_]+)/ ", line):
            depth = len(match[1]) // 2
            above[depth] = f"{above[depth - 1]}/{match[2]}"
            found.add(above[depth])
    return found


def standing(weir: Path) -> set[str]:
    """Every wing and room that is there."""
    wings = [folder for folder in weir.glob("*/") if (folder / "__init__.py").exists()]
    rooms = [
        room
        for wing in wings
        if wing.name not in {"kernel", "shell"}
        for room in wing.glob("*/")
        if (room / "__init__.py").exists()
    ]
    return {str(folder.relative_to(weir.parent)) for folder in [*wings, *rooms]}


def broken_links(page: Path) -> list[str]:
    text = FENCED.sub("", page.read_text())
    return [target for target in LINK.findall(text) if not (page.parent / target).exists()]


def test_the_map_names_every_room_and_no_other():
    assert mapped(PAGE) == standing(ROOT / "weir")


def test_the_page_tells_the_flow_as_it_is():
    header, *rows = table(section(PAGE, "The journey"))
    assert header == HEADER
    assert rows == [told(row) for row in FLOW]


def test_a_row_that_the_page_does_not_tell_is_seen():
    row = Row("validation", "a finding", "validation.open_trial", "a verdict", kind="findings.correlate_report")
    page = table(section(PAGE, "The journey"))[1:]
    assert page != [told(each) for each in (*FLOW, row)]
    assert told(row)[2:4] == ["`findings.correlate_report`", "`validation.open_trial`"]


def test_the_ladder_names_every_contract():
    contracts = [contract["name"] for contract in PROJECT["tool"]["importlinter"]["contracts"]]
    assert [row[0] for row in table(section(PAGE, "The import ladder"))[1:]] == contracts


@pytest.mark.parametrize("page", WRITTEN, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page):
    assert broken_links(page) == []


def test_a_link_that_leads_nowhere_is_seen(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("[a](page.md) [b](gone.md#x) [c](https://example.org)\n```\n[d](code.md)\n```\n")
    assert broken_links(page) == ["gone.md"]


def test_verbs_and_questions_are_called_by_names_they_have():
    rooms = {name.partition(".")[0] for name in NAMES}
    said = {
        f"{path.relative_to(ROOT)}: {name}"
        for path in WRITTEN
        if path != ROOT / "docs/tutorial.md"
        for name in re.findall(r"`([a-z]+[.][a-z]+(?:_[a-z]+)*)`", FENCED.sub("", path.read_text()))
        if name.partition(".")[0] in rooms and not name.endswith((".py", ".md", ".cedar"))
    }
    assert {line for line in said if line.partition(": ")[2] not in NAMES} == set()


def test_every_decision_is_listed():
    listed = dict(re.findall(r"\| \[(\d{4})\]\(([^)]+)\)", (DECISIONS / "README.md").read_text()))
    there = {path.name[:4]: path.name for path in DECISIONS.glob("[0-9]*.md")}
    assert listed == there


def test_no_two_decisions_share_a_number():
    numbers = [path.name[:4] for path in DECISIONS.glob("[0-9]*.md")]
    assert sorted(numbers) == sorted(set(numbers))


@pytest.mark.parametrize("path", sorted(DECISIONS.glob("[0-9]*.md")), ids=lambda path: path.name[:4])
def test_a_decision_begins_with_its_number(path):
    assert path.read_text().startswith(f"# {path.name[:4]} ")


def test_every_dependency_has_a_line_that_says_why_and_no_line_is_left_over():
    asked = [
        *PROJECT["project"]["dependencies"],
        *(line for group in PROJECT["dependency-groups"].values() for line in group if isinstance(line, str)),
        *(line for extra in PROJECT["project"].get("optional-dependencies", {}).values() for line in extra),
    ]
    page = (DECISIONS / "0005-dependencies.md").read_text()
    rows = re.findall(r"^\| `([^`]+)` \| (.+?) \| (.+?) \| (.+?) \|$", page, re.MULTILINE)
    assert {name for name, *_ in rows} == {Requirement(line).name for line in asked}


def test_what_changed_is_told_in_files_of_the_right_name():
    names = [path.name for path in (ROOT / "changes").glob("*") if path.name != "README.md"]
    assert names
    assert [name for name in names if not FRAGMENT.fullmatch(name)] == []
