# SPDX-License-Identifier: Apache-2.0
"""Results of static analysis: what makes two of them one, when lines have moved and tools name rules differently."""

from __future__ import annotations

import re
from typing import NamedTuple

from weir.clearinghouse.findings.terms.links import Reason
from weir.clearinghouse.intake.terms.items import Item, Place

SPACES = re.compile(r"\s+")
LEADING = re.compile(r"^(?:[a-z][a-z0-9+.-]*://)?(?:\.{1,2}/|/|[a-z]:/)*", re.IGNORECASE)
NONE = Place("")


class Weighed(NamedTuple):
    """Weights of what speaks for and against; a pair is one at 1.0 and more."""

    score: float
    reasons: tuple[Reason, ...]


def normal_path(path: str) -> str:
    return LEADING.sub("", path.strip().replace("\\", "/"))


def normal_snippet(snippet: str) -> str:
    """Layout is no difference."""
    return SPACES.sub("", snippet)


def classes_of(item: Item) -> frozenset[str]:
    """By what the tool sorts it: weakness classes are understood across tools, its own rule is not."""
    return frozenset(each.upper() for each in item.weaknesses) or frozenset({f"{item.tool}:{item.rule}"})


def flow_of(item: Item) -> tuple[tuple[str, str], ...]:
    """Source to sink by path and symbol (or snippet), without lines: those move with every edit above."""
    return tuple((normal_path(step.path), step.symbol or normal_snippet(step.snippet)) for step in item.flow)


def weigh(one: Item, other: Item) -> Weighed:
    """How much two results look like one, and why."""
    here, there = _place(one), _place(other)
    reasons = [
        *_told("path", normal_path(here.path), normal_path(there.path), 0.3, -2.0, "file"),
        *_told("symbol", here.symbol, there.symbol, 0.3, -0.6, "function"),
        *_told("snippet", normal_snippet(here.snippet), normal_snippet(there.snippet), 0.4, -0.4, "code"),
        *_of_class(one, other),
        *_of_flow(one, other),
    ]
    return Weighed(round(sum(reason.weight for reason in reasons), 3), tuple(reasons))


def _place(item: Item) -> Place:
    return item.places[0] if item.places else NONE


def _told(feature: str, one: str, other: str, same: float, differs: float, noun: str) -> list[Reason]:
    if not one or not other:
        return []
    if one == other:
        return [Reason(feature, f"both lie in the same {noun}", same)]
    return [Reason(feature, f"they lie in different {noun}s" if noun != "code" else "the code differs", differs)]


def _of_class(one: Item, other: Item) -> list[Reason]:
    if classes_of(one) & classes_of(other):
        return [Reason("weakness", "both are of the same class of weakness", 0.4)]
    if one.weaknesses and other.weaknesses:
        return [Reason("weakness", "they are of other classes of weakness", -1.0)]
    return []


def _of_flow(one: Item, other: Item) -> list[Reason]:
    here, there = flow_of(one), flow_of(other)
    if not here or not there:
        return []
    if here[0] == there[0] and here[-1] == there[-1]:
        return [Reason("flow", "the data comes from the same place and goes to the same place", 0.4)]
    return [Reason("flow", "the data takes another way", -0.4)]
