# SPDX-License-Identifier: Apache-2.0
"""Scores for pairs that their model has never seen: neither of the two records, nor any near copy of one."""

from __future__ import annotations

from itertools import combinations_with_replacement

import numpy as np

from bench.correlation.truth import Chosen
from weir.clearinghouse.findings.engines.bags import Numbers, Weights
from weir.clearinghouse.findings.engines.blocking import Candidates
from weir.clearinghouse.findings.engines.boosting import learn
from weir.clearinghouse.findings.engines.features import Table


def across_folds(table: Table, pairs: Candidates, right: Chosen, fold: Numbers) -> Weights:
    """Each pair by the model that was trained on all folds but those of its two records: with five folds, fifteen."""
    one, other = np.minimum(fold[pairs.left], fold[pairs.right]), np.maximum(fold[pairs.left], fold[pairs.right])
    scores = np.zeros(len(right))
    for low, high in combinations_with_replacement(range(int(fold.max()) + 1), 2):
        tested = (one == low) & (other == high)
        trained = ~np.isin(one, (low, high)) & ~np.isin(other, (low, high))
        if tested.any():
            scores[tested] = learn(table[trained], right[trained]).probabilities(table[tested])
    return scores


def without_source(
    table: Table, pairs: Candidates, right: Chosen, source: Numbers, left_out: int, groups: Numbers
) -> tuple[Weights, Chosen]:
    """Scores of the pairs that touch one source, by a model that saw no record of it, and no cluster that it has."""
    theirs = source == left_out
    known = np.isin(groups, groups[theirs]) | theirs
    tested = theirs[pairs.left] | theirs[pairs.right]
    trained = ~known[pairs.left] & ~known[pairs.right]
    scores = np.zeros(len(right))
    scores[tested] = learn(table[trained], right[trained]).probabilities(table[tested])
    return scores, tested
