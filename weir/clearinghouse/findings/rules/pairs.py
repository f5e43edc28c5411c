# SPDX-License-Identifier: Apache-2.0
"""When two findings may be one, and what the tests of cause say about them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from weir.clearinghouse.findings.terms.links import LinkKind
from weir.clearinghouse.findings.terms.pairs import LONGEST_REASON, Unreasoned

_CVE = re.compile(r"(?<![A-Za-z0-9])CVE-\d{4}-\d{4,19}(?!\d)", re.IGNORECASE | re.ASCII)
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f]")


def cves_in(texts: Iterable[str]) -> frozenset[str]:
    """The CVE numbers that stand in these texts, spelled in one way."""
    return frozenset(found.upper() for text in texts for found in _CVE.findall(text))


def must_stay_apart(one: Iterable[str], other: Iterable[str]) -> bool:
    """Whether both bear CVE numbers and share none. A source that lists numbers of both for one of them, names both."""
    ours, theirs = cves_in(one), cves_in(other)
    return bool(ours and theirs) and not ours & theirs


@dataclass(frozen=True)
class Cause:
    """What it means that fixes were tried on two proofs: the kind of link, in which direction, and whether it speaks
    for it.
    """

    kind: LinkKind
    holds: bool
    turned: bool
    words: str


def cause_of(*, first_stops_both: bool, second_stops_both: bool) -> Cause:
    """Two are one if each one's fix stops both proofs. If only one does, its finding contains the other."""
    match first_stops_both, second_stops_both:
        case True, True:
            return Cause(LinkKind.SAME, holds=True, turned=False, words="Each one's fix stops both proofs.")
        case True, False:
            return Cause(LinkKind.CONTAINS, holds=True, turned=False, words="The first one's fix stops both proofs.")
        case False, True:
            return Cause(LinkKind.CONTAINS, holds=True, turned=True, words="The second one's fix stops both proofs.")
    return Cause(LinkKind.SAME, holds=False, turned=False, words="Neither one's fix stops the other's proof.")


def reads_both_ways(kind: LinkKind) -> bool:
    """Whether it is the same link, whichever of the two is named first."""
    return kind in {LinkKind.SAME, LinkKind.RELATED}


def reason(text: str) -> str:
    """What a person said, or that a reason is missing."""
    said = text.strip()
    if not said or len(said) > LONGEST_REASON or _CONTROLS.search(said):
        raise Unreasoned(faults={"/reason": "is empty or too long"})
    return said


def duplicates(reports: Iterable[tuple[datetime, str]]) -> tuple[str, ...]:
    """All reports of one finding but the first to come."""
    return tuple(report for _, report in sorted(reports)[1:])
