# SPDX-License-Identifier: Apache-2.0
"""What others do, done again on the same records: a hash of fields, equal titles, rare links, TF-IDF.

The first is DefectDojo's rule with its default fields, not DefectDojo itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from hashlib import sha256

import numpy as np

from bench.correlation.reading import Labeled
from bench.correlation.truth import Truth, pairs_within
from weir.clearinghouse.findings.engines.bags import Bag, Numbers, entries, listed

FEW = 3
WORD = re.compile(r"[a-z0-9]{2,}")


def field_hash(records: Sequence[Labeled]) -> Numbers:
    """DefectDojo: equal SHA-256 over title and description."""
    return _equal(sha256(f"{e.record.title}|{e.record.text}".strip().lower().encode()).hexdigest() for e in records)


def equal_title(records: Sequence[Labeled]) -> Numbers:
    """None for records without a title."""
    return _equal(each.record.title.strip().lower() or str(place) for place, each in enumerate(records))


def rare_link(records: Sequence[Labeled]) -> Numbers:
    """Pairs that share a link which at most three records have."""
    holders: dict[str, list[int]] = {}
    for place, each in enumerate(records):
        for link in set(each.record.links):
            holders.setdefault(link, []).append(place)
    few = [places for places in holders.values() if 1 < len(places) <= FEW]
    return np.array([a * len(records) + b for places in few for a in places for b in places if a < b], np.int64)


def tf_idf(records: Sequence[Labeled], truth: Truth) -> tuple[Numbers, float]:
    """Cosine of title and text, at the threshold that does best on these very records: more than it could know."""
    words = [WORD.findall(f"{each.record.title} {each.record.text}".lower()) for each in records]
    pairs, cosines = _cosines(listed(words))
    right = np.isin(pairs, truth.pairs)
    order = np.argsort(-cosines, kind="stable")
    hits = np.cumsum(right[order])
    f1 = 2 * hits / (np.arange(1, len(order) + 1) + len(truth.pairs))
    best = int(f1.argmax())
    return pairs[order[: best + 1]], float(cosines[order[best]])


def _cosines(bag: Bag, least: float = 0.3) -> tuple[Numbers, np.ndarray[tuple[int], np.dtype[np.float64]]]:
    total = len(bag.mass)
    owner = np.repeat(np.arange(total), bag.lengths)
    order = np.argsort(bag.terms, kind="stable")
    holders = np.bincount(bag.terms, minlength=len(bag.worth))
    starts = np.concatenate(([0], np.cumsum(holders)))
    norm = np.sqrt(np.maximum(bag.mass, 1e-9))
    pairs, cosines = [], []
    for row in range(total):
        terms = bag.terms[bag.starts[row] : bag.starts[row + 1]]
        places, others = entries(starts, owner[order], terms)
        cosine = np.bincount(others, bag.worth[terms][places], minlength=total) / (norm * norm[row])
        near = np.flatnonzero(cosine[row + 1 :] >= least) + row + 1
        pairs.append(row * total + near)
        cosines.append(cosine[near])
    return np.concatenate(pairs), np.concatenate(cosines)


def _equal(values: Iterable[str]) -> Numbers:
    numbers: dict[str, int] = {}
    return pairs_within(np.array([numbers.setdefault(value, place) for place, value in enumerate(values)]))
