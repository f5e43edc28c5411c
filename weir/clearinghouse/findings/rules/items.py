# SPDX-License-Identifier: Apache-2.0
"""What an item makes of a finding: its title and target, where its cause is, and what keeps it out of another. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from weir.clearinghouse.findings.rules import causes
from weir.clearinghouse.findings.rules.fingerprints import fingerprints_of
from weir.clearinghouse.findings.terms.checking import Cause, NoCause
from weir.clearinghouse.findings.terms.links import Basis, LinkKind
from weir.clearinghouse.intake.terms import Submission
from weir.clearinghouse.intake.terms.documents import KeyKind
from weir.clearinghouse.intake.terms.items import Affected, Grain, Item

DAY = timedelta(days=1)
LONGEST_TITLE = 300
# The strongest first. Equal stacks can hide different bugs: they bring a pair up, and join nothing.
JOINS = (KeyKind.ALIAS, KeyKind.FINGERPRINT, KeyKind.PLACE)
WORDS = {
    KeyKind.ALIAS: "One item goes by a name of both.",
    KeyKind.FINGERPRINT: "One item has a fingerprint of both.",
    KeyKind.PLACE: "One item lies at the place of both, with the same code.",
    KeyKind.STACK: "Both crash by the same functions.",
}


class Shared(NamedTuple):
    """What a key that two findings have in common says of them."""

    kind: LinkKind
    basis: Basis
    score: float
    words: str


def title_of(item: Item) -> str:
    """One line that says what it is about."""
    said = item.title or item.description or item.rule or ", ".join(item.aliases)
    line = next((line.strip() for line in said.splitlines() if line.strip()), "(nothing said)")
    return line[:LONGEST_TITLE]


def target_of(item: Item) -> str:
    """The code that it is about: the package or repository, else the file."""
    about = next((each.package or each.repository for each in item.affected), "")
    return (about or (item.places[0].path if item.places else ""))[:LONGEST_TITLE]


def place_of(item: Item) -> str:
    """Where in the code, as a reader would look it up."""
    if not item.places:
        return ""
    place = item.places[0]
    line = f":{place.line}" if place.line else ""
    return f"{place.path}{line}" + (f" {place.symbol}" if place.symbol else "")


def cause_in(item: Item) -> Cause | None:
    """Where the cause is, for the blind check; nothing where that is not said in full."""
    about = next((each.package or each.repository for each in item.affected), "")
    if not (about and item.places and item.weaknesses):
        return None
    cause = Cause(about, item.places[0].path, item.places[0].symbol, item.weaknesses[0])
    try:
        fingerprints_of(cause)
    except NoCause:
        return None
    return cause


def link_between(item: Item, names: frozenset[str]) -> LinkKind:
    """How an item that has an exact key of a finding belongs to it, by the names of both. Only `same` joins."""
    said, there = causes.named(item.aliases, f"{item.title}\n{item.description}"), causes.named(names, "")
    if causes.apart(said.cves, there.cves, {}):
        return LinkKind.RELATED
    kind = causes.kind_of(1.0, said, there, {}) or LinkKind.RELATED
    back = causes.kind_of(1.0, there, said, {})
    return kind if kind is not LinkKind.SAME or back is None else back


def shared(key: KeyKind, link: LinkKind) -> Shared:
    """`link` is what the names of both say. Of equal stacks no more is said than that they are worth a look."""
    if key in JOINS:
        return Shared(link, Basis.KEY, 1.0, WORDS[key])
    return Shared(LinkKind.RELATED, Basis.STACK, 0.5, WORDS[key])


def by_strength(held: Mapping[str, KeyKind]) -> list[str]:
    """Of findings, each with the strongest key that it shares with an item: those that the item may join, in order."""
    return sorted((number for number, key in held.items() if key in JOINS), key=lambda number: held[number])


def item_of(submission: Submission) -> Item:
    """A report in somebody's own words, as the engine compares it. Numbers in its words are mentioned, not claimed."""
    about = submission.component.strip()
    affected = Affected(package=about) if about.startswith("pkg:") else Affected(repository=about)
    return Item(
        where="",
        grain=Grain.WORDS,
        title=submission.title,
        description=submission.description,
        affected=(affected,) if about else (),
        weaknesses=(submission.weakness,) if submission.weakness else (),
        severity=submission.details.severity,
    )


def room_left(allowance: int, opened_lately: int) -> int:
    return max(0, allowance - opened_lately)


def room_again(oldest: datetime) -> datetime:
    """When the day's first is a day old, one more has its turn."""
    return oldest + DAY
