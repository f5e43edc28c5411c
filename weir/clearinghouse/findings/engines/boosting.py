# SPDX-License-Identifier: Apache-2.0
"""Learns the trees: gradient boosting on the logistic loss, one question for each level of a tree. Seeded: the same
pairs give the same model.

A feature with a direction is held to it among what is known, so that no chance of the training data makes a shared link
speak against one cause. What is unknown stands beside: it may say more or less than any value.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from weir.clearinghouse.findings.engines.bags import summed
from weir.clearinghouse.findings.engines.features import FEATURES, UNKNOWN, Table
from weir.clearinghouse.findings.engines.trees import Model, Tree

Weights = NDArray[np.float64]
Numbers = NDArray[np.int64]
Truth = NDArray[np.bool_]

DIRECTIONS = np.array([feature.direction for feature in FEATURES])


class Course(NamedTuple):
    """How to learn. Chosen once and for all data; nothing here was fitted to the folds of the bench."""

    trees: int = 160
    depth: int = 4
    rate: float = 0.1
    calm: float = 4.0  # how much evidence a leaf needs before it speaks up
    least: float = 1.0
    rows: float = 0.7
    columns: float = 0.6
    bins: int = 32
    seed: int = 1


class Growth(NamedTuple):
    """What stays the same while trees grow."""

    bins: NDArray[np.uint8]
    edges: list[Weights]
    course: Course


def learn(table: Table, truth: Truth, course: Course = Course()) -> Model:  # noqa: B008 - a frozen default
    """A model of which rows are true."""
    random = np.random.default_rng(course.seed)
    edges = [_edges(table[:, column], truth, course.bins) for column in range(table.shape[1])]
    bins = np.stack([np.searchsorted(each, table[:, column]) for column, each in enumerate(edges)]).astype(np.uint8)
    growth = Growth(bins, edges, course)
    share = min(max(float(truth.mean()), 1e-4), 1 - 1e-4)
    bias = float(np.log(share / (1 - share)))
    said = np.full(len(truth), bias)
    trees = []
    for _ in range(course.trees):
        chance = 1.0 / (1.0 + np.exp(-said))
        rows = np.flatnonzero(random.random(len(truth)) < course.rows)
        columns = np.flatnonzero(random.random(len(edges)) < course.columns)
        slope, bend = (chance - truth)[rows], (chance * (1 - chance))[rows]
        tree, splits = _tree(growth, rows, columns if len(columns) else np.arange(len(edges)), slope, bend)
        trees.append(tree)
        said += tree.values[_leaves(bins, splits)]
    return Model(bias, tuple(trees))


def _edges(values: NDArray[np.float32], truth: Truth, bins: int) -> Weights:
    """Where a column may be cut: at quantiles of both sides, for the true rows are few and stand together."""
    steps = np.linspace(0, 1, bins + 1)[1:-1]
    sides = [np.quantile(side, steps, method="nearest") for side in (values[truth], values[~truth]) if len(side)]
    return np.unique(np.concatenate(sides)).astype(np.float64)


def _leaves(bins: NDArray[np.uint8], splits: list[tuple[int, int]]) -> Numbers:
    leaf = np.zeros(bins.shape[1], np.int64)
    for level, (column, cut) in enumerate(splits):
        leaf |= (bins[column] > cut).astype(np.int64) << level
    return leaf


def _tree(
    growth: Growth, rows: Numbers, columns: Numbers, slope: Weights, bend: Weights
) -> tuple[Tree, list[tuple[int, int]]]:
    course, bins = growth.course, growth.bins[:, rows]
    splits: list[tuple[int, int]] = []
    leaf = np.zeros(len(rows), np.int64)
    for level in range(course.depth):
        column, cut = _best_cut(growth, bins, columns, leaf, 1 << level, slope, bend)
        leaf |= (bins[column] > cut).astype(np.int64) << level
        splits.append((column, cut))
    leaves = 1 << course.depth
    slopes, bends = summed(leaf, slope, leaves), summed(leaf, bend, leaves)
    held = [
        (level, DIRECTIONS[column]) for level, (column, cut) in enumerate(splits) if _among_known(growth, column, cut)
    ]
    values = _held(-slopes / (bends + course.calm), bends + course.calm, held) * course.rate
    tree = Tree(
        tuple(column for column, _ in splits),
        tuple(float(growth.edges[column][cut]) if cut < len(growth.edges[column]) else 1e30 for column, cut in splits),
        values,
        np.bincount(leaf, minlength=leaves).astype(np.float64),
    )
    return tree, splits


def _best_cut(
    growth: Growth, bins: NDArray[np.uint8], columns: Numbers, leaf: Numbers, leaves: int, slope: Weights, bend: Weights
) -> tuple[int, int]:
    """The column and the cut by which the loss falls most, over all leaves of this level together."""
    calm, least = growth.course.calm, growth.course.least
    best, chosen = -1.0, (int(columns[0]), 255)
    for column in columns.tolist():
        width = len(growth.edges[column]) + 1
        if width < 2:
            continue
        place = leaf * width + bins[column]
        slopes = summed(place, slope, leaves * width).reshape(leaves, width)
        bends = summed(place, bend, leaves * width).reshape(leaves, width)
        below, above, low, high = _sides(slopes, bends)
        gain = below**2 / (low + calm) + above**2 / (high + calm) - (below + above) ** 2 / (low + high + calm)
        gain[(low < least) | (high < least)] = 0.0
        if direction := DIRECTIONS[column]:
            wrong = direction * (below / (low + calm) - above / (high + calm)) < 0
            gain[wrong & (growth.edges[column] != UNKNOWN)] = 0.0
        total = gain.sum(axis=0)
        cut = int(total.argmax())
        if total[cut] > best:
            best, chosen = float(total[cut]), (column, cut)
    return chosen


def _sides(slopes: Weights, bends: Weights) -> tuple[Weights, Weights, Weights, Weights]:
    below, low = slopes.cumsum(axis=1)[:, :-1], bends.cumsum(axis=1)[:, :-1]
    return below, slopes.sum(axis=1, keepdims=True) - below, low, bends.sum(axis=1, keepdims=True) - low


def _among_known(growth: Growth, column: int, cut: int) -> bool:
    """Whether this cut parts known values. What is unknown may be better or worse than any."""
    edges = growth.edges[column]
    return cut < len(edges) and edges[cut] != UNKNOWN


def _held(values: Weights, weights: Weights, directed: list[tuple[int, int]]) -> Weights:
    """Leaves that would go against the direction of a level's feature are pooled with their counterparts."""
    values, place = values.copy(), np.arange(len(values))
    for _ in range(2 * len(directed)):
        for level, direction in directed:
            if direction:
                low = place[(place >> level) & 1 == 0]
                high = low | (1 << level)
                wrong = direction * (values[high] - values[low]) < 0
                low, high = low[wrong], high[wrong]
                pooled = (values[low] * weights[low] + values[high] * weights[high]) / (weights[low] + weights[high])
                values[low] = values[high] = pooled
    return values
