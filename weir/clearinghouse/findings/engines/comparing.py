# SPDX-License-Identifier: Apache-2.0
"""What is worth a person's look, once findings were compared with each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from weir.clearinghouse.findings.engines.correlation import links
from weir.clearinghouse.findings.engines.trees import Model
from weir.clearinghouse.findings.terms import Basis, FindingId, Link, LinkKind, ToCompare

MOST_EACH = 5  # pairs of one finding, the surest first
TOLD_FROM = 0.5  # what is merely related and less likely than this is not brought up
LONGEST = 2000


class Suggested(NamedTuple):
    """A pair for a person to look at."""

    finding: FindingId
    other: FindingId
    kind: LinkKind
    basis: Basis
    score: float
    explanation: str


def suggested(findings: Sequence[ToCompare], fresh: Collection[FindingId], model: Model) -> Iterator[Suggested]:
    """Pairs of which one at least is fresh. Those of two others were looked at when they were."""
    told: Counter[FindingId] = Counter()
    for link in links([each.item for each in findings], model):
        one, other = findings[link.left].id, findings[link.right].id
        if not _worth_it(link) or not {one, other} & set(fresh):
            continue
        if any(told[each] >= MOST_EACH for each in (one, other) if each in fresh):
            continue
        told.update((one, other))
        yield Suggested(one, other, link.kind, link.basis, link.score, _words(link))


def _worth_it(link: Link) -> bool:
    return link.kind is not LinkKind.RELATED or link.basis is not Basis.SCORE or link.score >= TOLD_FROM


def _words(link: Link) -> str:
    said = (f"{reason.words} ({reason.weight:+.2f})" for reason in link.reasons)
    return "; ".join(said)[:LONGEST] or "They are alike."
