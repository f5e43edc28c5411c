# SPDX-License-Identifier: Apache-2.0
"""Nothing in the frontier wing passes judgment on a model's release: not a name, not a column, not a page."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

FRONTIER = Path(__file__).parents[2] / "weir/frontier"
JUDGMENT = ("approv", "deni", "deny", "clear", "licens", "licenc", "permit", "permission", "authoris", "authoriz")
HARMLESS = {"clearinghouse"}
WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


def names(source: str) -> set[str]:
    """Every identifier and string; comments and docstrings may talk about what we do not do."""
    tree = ast.parse(source)
    bodies = (node.body for node in ast.walk(tree) if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef))
    docstrings = {id(body[0].value) for body in bodies if body and isinstance(body[0], ast.Expr)}
    said: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name) | ast.alias(name=name):
                said.add(name)
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                said.add(name)
            case ast.keyword(arg=str(name)):
                said.add(name)
            case ast.Constant(value=str(name)) if id(node) not in docstrings:
                said.add(name)
    return said


def judgments(source: str) -> set[str]:
    return {name for name in names(source) if judges(name)}


def judges(text: str) -> bool:
    words = {word.lower() for word in WORD.findall(text)} - HARMLESS
    return any(word.startswith(JUDGMENT) for word in words)


def test_no_name_in_the_frontier_wing_judges_a_release():
    found = {str(path): judgments(path.read_text()) for path in FRONTIER.rglob("*.py")}
    assert {path: said for path, said in found.items() if said} == {}


def test_no_page_in_the_frontier_wing_judges_a_release():
    assert [str(path) for path in FRONTIER.rglob("*.html") if judges(path.read_text())] == []


@pytest.mark.parametrize(
    "source",
    [
        "release_approved = True",
        "def deny_release(): ...",
        "class Clearance: ...",
        "class ModelCleared: ...",
        "State(model_cleared=1)",
        "state = 'licensed'",
        "from x import permit",
        "row.approval = 1",
    ],
)
def test_a_judgment_is_seen(source):
    assert judgments(source)


@pytest.mark.parametrize("source", ["from weir import clearinghouse", '"""Nobody approves anything."""', "nuclear = 1"])
def test_a_harmless_word_is_left_alone(source):
    assert not judgments(source)
