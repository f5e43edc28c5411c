# SPDX-License-Identifier: Apache-2.0
"""The whole way: from items to links, each with what it rests on and what spoke for and against."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from hashlib import blake2b
from itertools import combinations
from typing import NamedTuple

import numpy as np

from weir.clearinghouse.findings.engines import placed
from weir.clearinghouse.findings.engines.bags import Numbers, Weights
from weir.clearinghouse.findings.engines.blocking import Candidates, candidates
from weir.clearinghouse.findings.engines.features import FEATURES, Table, features
from weir.clearinghouse.findings.engines.records import Record, record_of
from weir.clearinghouse.findings.engines.trees import Model
from weir.clearinghouse.findings.engines.words import Corpus, corpus_of
from weir.clearinghouse.findings.rules import causes
from weir.clearinghouse.findings.rules.stacks import ALIKE, likeness, telling_frames
from weir.clearinghouse.findings.rules.statics import weigh
from weir.clearinghouse.findings.terms.links import Basis, Link, LinkKind, Reason
from weir.clearinghouse.intake.terms.items import Item

WORTH_SAYING = 0.05  # log-odds; what moved the score less is left out of the reasons
MOST_REASONS = 6
CROWD = 100  # of one exact key: where more share it, each is linked with the first of them
SUREST = 0.99  # what is weighed by hand is never as sure as a key


class Compared(NamedTuple):
    """Pairs that were worth a look, what they have in common, and how likely each is one cause."""

    pairs: Candidates
    table: Table
    scores: Weights


def compare(corpus: Corpus, model: Model) -> Compared:
    """The scored stage: which pairs, what of them, how likely."""
    pairs = candidates(corpus)
    table = features(corpus, pairs)
    return Compared(pairs, table, model.probabilities(table))


def compare_records(records: Sequence[Record], model: Model) -> Compared:
    return compare(corpus_of(records), model)


def links(items: Sequence[Item], model: Model, catalogues: Sequence[str] = ()) -> list[Link]:
    """How these items belong together, by exact keys, by place, by score and by stack: for each pair the strongest.

    The strongest of all, that one fix stops both proofs, is not found by looking: validation tells it.
    """
    known = [causes.named(item.aliases, f"{item.title}\n{item.description}") for item in items]
    together = causes.listed_together(each.own for each in known)
    lists = catalogues or [""] * len(items)
    found: dict[tuple[int, int], Link] = {}
    for link in (
        *_by_key(known, together),
        *_by_place(items, known, together),
        *_by_score([record_of(item, of) for item, of in zip(items, lists, strict=True)], known, together, model),
        *_by_stack(items, known, together),
    ):
        found.setdefault((min(link.left, link.right), max(link.left, link.right)), link)
    return sorted(found.values(), key=lambda link: (-link.score, link.left, link.right))


def explained(model: Model, table: Table) -> list[tuple[Reason, ...]]:
    """For each row what moved its score, the most telling first."""
    return [_reasons(moved) for moved in model.contributions(table)]


def _reasons(moved: Weights) -> tuple[Reason, ...]:
    order = sorted(range(len(FEATURES)), key=lambda place: -abs(moved[place]))
    return tuple(
        Reason(
            FEATURES[place].name,
            FEATURES[place].speaks_for if moved[place] > 0 else FEATURES[place].speaks_against,
            round(float(moved[place]), 3),
        )
        for place in order[:MOST_REASONS]
        if abs(moved[place]) >= WORTH_SAYING
    )


def _by_key(known: Sequence[causes.Named], together: dict[str, str]) -> Iterator[Link]:
    holders: dict[str, list[int]] = {}
    for place, each in enumerate(known):
        for name in each.own:
            holders.setdefault(name, []).append(place)
    seen = set()
    for name, places in sorted(holders.items()):
        pairs = combinations(places, 2) if len(places) <= CROWD else ((places[0], other) for other in places[1:])
        for left, right in pairs:
            if (left, right) not in seen:
                seen.add((left, right))
                reason = Reason("alias", f"both go by {name}", 1.0)
                yield _directed(left, right, 1.0, Basis.KEY, (reason,), known, together)


def _by_score(
    records: Sequence[Record], known: Sequence[causes.Named], together: dict[str, str], model: Model
) -> Iterator[Link]:
    compared = compare_records(records, model)
    chosen = np.flatnonzero(compared.scores >= causes.RELATED_FROM)
    for place, said in zip(chosen.tolist(), explained(model, compared.table[chosen]), strict=True):
        left, right = int(compared.pairs.left[place]), int(compared.pairs.right[place])
        yield _directed(left, right, round(float(compared.scores[place]), 4), Basis.SCORE, said, known, together)


def _by_place(items: Sequence[Item], known: Sequence[causes.Named], together: dict[str, str]) -> Iterator[Link]:
    """Results of static analysis that lie in one place of the same code."""
    for left, right in placed.met(items):
        weighed = weigh(items[left], items[right])
        if weighed.score >= placed.ONE:
            score = min(round(weighed.score * causes.SAME_FROM, 4), SUREST)
            yield _directed(left, right, score, Basis.SCORE, weighed.reasons, known, together)


def _by_stack(items: Sequence[Item], known: Sequence[causes.Named], together: dict[str, str]) -> Iterator[Link]:
    """Crashes that begin in the same frame of the same code. Others may be one too; these are worth a look."""
    stacks = [telling_frames(item.frames) for item in items]
    tops: dict[tuple[str, str], list[int]] = {}
    for place, (item, stack) in enumerate(zip(items, stacks, strict=True)):
        for about in placed.abouts(item):
            for frame in stack[:1]:
                tops.setdefault((about, frame), []).append(place)
    for (_, frame), places in sorted(tops.items()):
        for left, right in combinations(places[:CROWD], 2):
            alike = likeness(stacks[left], stacks[right])
            if alike >= ALIKE and not causes.apart(known[left].cves, known[right].cves, together):
                reason = Reason("stack", f"both crash in {frame}, by much the same way", round(alike, 3))
                yield Link(left, right, LinkKind.RELATED, Basis.STACK, round(alike / 2, 4), (reason,))


def _directed(
    left: int,
    right: int,
    score: float,
    basis: Basis,
    reasons: tuple[Reason, ...],
    known: Sequence[causes.Named],
    together: dict[str, str],
) -> Link:
    there = causes.kind_of(score, known[left], known[right], together)
    back = causes.kind_of(score, known[right], known[left], together)
    if back in {LinkKind.CONTAINS, LinkKind.REGRESSION_OF} and there != back:
        return Link(right, left, back, basis, score, reasons)
    return Link(left, right, there or LinkKind.RELATED, basis, score, reasons)


def key_of(text: str, secret: bytes) -> int:
    """64 bits of a keyed digest, for `exact.components`."""
    return int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8, key=secret).digest(), "big")


def keyed(lists: Sequence[Sequence[str]], secret: bytes) -> tuple[Numbers, np.ndarray[tuple[int], np.dtype[np.uint64]]]:
    """Records and their keys as two columns."""
    owners = np.repeat(np.arange(len(lists)), [len(each) for each in lists])
    keys = np.fromiter((key_of(key, secret) for each in lists for key in each), np.uint64)
    return owners, keys
