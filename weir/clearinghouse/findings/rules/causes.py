# SPDX-License-Identifier: Apache-2.0
"""What may be one, and what is linked otherwise. Two different CVEs are never one unless a source lists both."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from weir.clearinghouse.findings.terms.links import LinkKind

SAME_FROM = 0.7  # a wrong nomination costs a coordinator more than one that is not made
RELATED_FROM = 0.2

CVE = re.compile(r"CVE-\d{4}-\d{4,}", re.IGNORECASE)
IDENTIFIER = re.compile(r"\b(?:CVE-\d{4}-\d{4,}|GHSA(?:-[0-9a-z]{4}){3}|[A-Z]{2,10}-\d{4}-\d{3,})\b", re.IGNORECASE)
AGAIN = re.compile(
    r"regression|incomplete(?:ly)?\s+(?:fix|patch)|(?:fix|patch)\s+(?:for|of|was|is)?[^.]{0,60}incomplete|reintroduc"
    r"|bypass(?:es|ing)?\s+(?:of\s+)?(?:the\s+)?(?:fix|patch)|insufficient(?:ly)?\s+(?:fix|patch)|not\s+(?:fully|completely)\s+fixed",
    re.IGNORECASE,
)
NEAR = 160  # characters around the words of a regression in which the earlier one is named


class Named(NamedTuple):
    """By which identifiers a record goes, and which others its words mention."""

    own: frozenset[str]
    mentions: frozenset[str] = frozenset()
    again: frozenset[str] = frozenset()  # mentioned as what was mended before, and not for good

    @property
    def cves(self) -> frozenset[str]:
        return frozenset(each for each in self.own if CVE.fullmatch(each))


def named(aliases: Iterable[str], words: str) -> Named:
    own = frozenset(alias.upper() for alias in aliases)
    mentions = frozenset(found.upper() for found in IDENTIFIER.findall(words)) - own
    around = (words[max(cue.start() - NEAR, 0) : cue.end() + NEAR] for cue in AGAIN.finditer(words)) if mentions else ()
    again = frozenset(found.upper() for part in around for found in IDENTIFIER.findall(part)) - own
    return Named(own, mentions, again)


def listed_together(sources: Iterable[Iterable[str]]) -> dict[str, str]:
    """CVEs that some source lists as one: each by the lowest of those that it is listed with, directly or in turn."""
    roots: dict[str, str] = {}
    for source in sources:
        cves = sorted({each.upper() for each in source if CVE.fullmatch(each)})
        for cve in cves:
            one, other = sorted((find(roots, cves[0]), find(roots, cve)))
            roots[other] = one
    return {cve: find(roots, cve) for cve in roots}


def find(roots: dict[str, str], name: str) -> str:
    """The end of the chain, which is shortened on the way."""
    end = name
    while (further := roots.setdefault(end, end)) != end:
        end = further
    while name != end:
        roots[name], name = end, roots[name]
    return end


def apart(one: frozenset[str], other: frozenset[str], together: Mapping[str, str]) -> bool:
    """Whether these CVEs forbid that the two are one."""
    if not one or not other:
        return False
    return {together.get(each, each) for each in one}.isdisjoint(together.get(each, each) for each in other)


def kind_of(score: float, one: Named, other: Named, together: Mapping[str, str]) -> LinkKind | None:
    """How two records belong together, read from the first to the second. `None` where they do not."""
    if one.again & other.own:
        return LinkKind.REGRESSION_OF
    if apart(one.cves, other.cves, together):
        return LinkKind.RELATED if score >= RELATED_FROM or one.mentions & other.own else None
    if len(one.cves) > 1 and other.cves and other.cves < one.cves:
        return LinkKind.CONTAINS
    if score >= SAME_FROM:
        return LinkKind.SAME
    return LinkKind.RELATED if score >= RELATED_FROM or one.mentions & other.own else None


def groups(
    pairs: Iterable[tuple[float, int, int]], cves: Sequence[frozenset[str]], together: Mapping[str, str]
) -> list[int]:
    """The lowest record of the group of each, after joining these pairs, the surest first, where no two CVEs forbid it.

    A group has the CVEs of all its records, so that a record without any cannot bring two of them together.
    """
    roots = list(range(len(cves)))
    held = [{together.get(each, each) for each in own} for own in cves]
    for _, left, right in sorted(pairs, key=lambda pair: (-pair[0], pair[1:])):
        one, other = sorted((_root(roots, left), _root(roots, right)))
        if one != other and not (held[one] and held[other] and held[one].isdisjoint(held[other])):
            roots[other] = one
            held[one] |= held[other]
    return [_root(roots, place) for place in range(len(roots))]


def _root(roots: list[int], place: int) -> int:
    while roots[place] != place:
        roots[place] = roots[roots[place]]
        place = roots[place]
    return place
