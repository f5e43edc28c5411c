# SPDX-License-Identifier: Apache-2.0
"""What is one by a shared identifier, directly or in turn, and how pairs that were found are held against it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bench.correlation.reading import Labeled
from weir.clearinghouse.findings.engines.bags import Numbers
from weir.clearinghouse.findings.engines.blocking import Candidates
from weir.clearinghouse.findings.engines.correlation import keyed
from weir.clearinghouse.findings.engines.exact import components, joined
from weir.clearinghouse.findings.engines.words import Corpus

Chosen = NDArray[np.bool_]
ALIKE = 0.7


class Score(NamedTuple):
    precision: float
    recall: float

    @property
    def f1(self) -> float:
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


class Truth(NamedTuple):
    """Clusters, and all pairs within them as numbers left * count + right."""

    count: int
    clusters: Numbers
    pairs: Numbers
    source: Numbers
    spelled: Numbers

    def score(self, found: Numbers, subset: str = "") -> Score:
        """How well these pairs do, among all pairs or those of a subset."""
        truth, found = self._within(self.pairs, subset), self._within(np.unique(found), subset)
        right = len(np.intersect1d(truth, found, assume_unique=True))
        return Score(right / max(len(found), 1), right / max(len(truth), 1))

    def size(self, subset: str = "") -> int:
        return len(self._within(self.pairs, subset))

    def _within(self, pairs: Numbers, subset: str) -> Numbers:
        left, right = np.divmod(pairs, self.count)
        if subset == "cross-source":
            return pairs[self.source[left] != self.source[right]]
        words_differ = self.spelled[left] != self.spelled[right]
        if subset == "text-differs":
            return pairs[words_differ]
        if subset == "not-copies":
            return pairs[words_differ | (self.source[left] != self.source[right])]
        return pairs


SUBSETS = ("", "cross-source", "text-differs", "not-copies")


def truth_of(records: Sequence[Labeled]) -> Truth:
    owners, keys = keyed([sorted(each.ids) for each in records], b"bench")
    clusters = components(owners, keys, len(records))
    texts = [" ".join(f"{each.record.title} {each.record.text}".lower().split()) for each in records]
    return Truth(len(records), clusters, pairs_within(clusters), _numbers([e.source for e in records]), _numbers(texts))


def pairs_within(clusters: Numbers) -> Numbers:
    order = np.argsort(clusters, kind="stable")
    found = [np.zeros(0, np.int64)]
    for members in np.split(order, np.flatnonzero(np.diff(clusters[order])) + 1):
        if len(members) > 1:
            one, other = np.triu_indices(len(members), 1)
            found.append(members[one] * len(clusters) + members[other])
    return np.sort(np.concatenate(found))


def folds_of(
    truth: Truth, corpus: Corpus, pairs: Candidates, text: NDArray[np.float32], folds: int, seed: int
) -> Numbers:
    """A fold for each record, such that clusters, and records whose words are nearly the same, stay together."""
    alike = text >= ALIKE
    left, right = pairs.left[alike], pairs.right[alike]
    bound = [(np.arange(truth.count), truth.clusters), (left, right), _spelled_alike(truth.spelled)]
    groups = joined(*(np.concatenate(side) for side in zip(*bound, strict=True)), truth.count)
    names, sizes = np.unique(groups, return_counts=True)
    order = np.random.default_rng(seed).permutation(len(names))
    order = order[np.argsort(-sizes[order], kind="stable")]
    load, fold = np.zeros(folds), {}
    for place in order.tolist():
        lightest = int(load.argmin())
        fold[int(names[place])] = lightest
        load[lightest] += sizes[place]
    return np.array([fold[group] for group in groups.tolist()])


def _spelled_alike(spelled: Numbers) -> tuple[Numbers, Numbers]:
    _, first, back = np.unique(spelled, return_index=True, return_inverse=True)
    return np.arange(len(spelled)), first[back].astype(np.int64)


def _numbers(values: Sequence[str]) -> Numbers:
    return np.unique(np.array(values, dtype=object), return_inverse=True)[1].astype(np.int64)
