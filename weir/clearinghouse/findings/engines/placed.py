# SPDX-License-Identifier: Apache-2.0
"""Which results of static analysis are worth weighing against each other: those that share two clues in one code."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from weir.clearinghouse.findings.rules.statics import classes_of, normal_path, normal_snippet
from weir.clearinghouse.intake.terms.items import Grain, Item

ONE = 1.0  # from this weight on two results are one; no single clue weighs as much
CROWD = 100  # of two clues: the first of those that share them are weighed with each other
Clue = tuple[str, str]


def met(items: Sequence[Item]) -> list[tuple[int, int]]:
    """Pairs, the lower one first. One that weighs enough to be one shares two clues at least."""
    holders: dict[tuple[str, Clue, Clue], list[int]] = {}
    for place, item in enumerate(items):
        if item.grain is Grain.STATIC:
            for one, other in combinations(sorted(clues_of(item)), 2):
                for about in abouts(item):
                    holders.setdefault((about, one, other), []).append(place)
    return sorted({pair for places in holders.values() for pair in combinations(places[:CROWD], 2)})


def abouts(item: Item) -> set[str]:
    """What an item is about: packages, or repositories; nothing named is one code, too."""
    return {each.package or each.repository for each in item.affected} or {""}


def clues_of(item: Item) -> Iterator[Clue]:
    """All that two results can have in common but for the class of weakness of tools that name none."""
    for place in item.places[:1]:
        told = (normal_path(place.path), place.symbol, normal_snippet(place.snippet))
        yield from ((kind, each) for kind, each in zip(("path", "symbol", "snippet"), told, strict=True) if each)
    yield from (("class", each) for each in classes_of(item))
