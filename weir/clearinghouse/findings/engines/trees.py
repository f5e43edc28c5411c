# SPDX-License-Identifier: Apache-2.0
"""A sum of small trees over features: what it says of a pair, and how much each feature had to do with it.

All nodes of one level of a tree ask the same question, so a tree is a few comparisons of whole columns and one look-up,
and the model is a short list of numbers that a person can read.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from weir.clearinghouse.findings.engines.features import NAMES, Table
from weir.kernel.errors import Invalid

Weights = NDArray[np.float64]

SHIPPED = Path(__file__).parents[1] / "tables" / "correlation.json"
ROWS_AT_ONCE = 1 << 15  # columns of so many rows stay in the processor's cache


class UnfitModel(Invalid):
    """This model was made for other features."""

    hint = "Train it again: python -m tools.train_correlation --data DIR"


class Tree(NamedTuple):
    """Level by level a feature and the value above which a row goes right. `covers` tells how many rows of the training
    came to each leaf, which only the explanation needs.
    """

    features: tuple[int, ...]
    above: tuple[float, ...]
    values: Weights
    covers: Weights


class Model(NamedTuple):
    bias: float
    trees: tuple[Tree, ...]

    def log_odds(self, table: Table) -> Weights:
        return np.concatenate(
            [self._stretch(table[begin : begin + ROWS_AT_ONCE]) for begin in range(0, len(table), ROWS_AT_ONCE)]
            or [np.zeros(0)]
        )

    def _stretch(self, table: Table) -> Weights:
        total = np.full(len(table), self.bias)
        for tree in self.trees:
            leaf = np.zeros(len(table), np.uint8)
            for level, (feature, above) in enumerate(zip(tree.features, tree.above, strict=True)):
                leaf |= (table[:, feature] > np.float32(above)).view(np.uint8) << np.uint8(level)
            total += tree.values.take(leaf)
        return total

    def probabilities(self, table: Table) -> Weights:
        return 1.0 / (1.0 + np.exp(-self.log_odds(table)))

    def contributions(self, table: Table) -> Weights:
        """How far each feature moved the log-odds of each row, away from what is so of all rows."""
        moved = np.zeros((len(table), len(NAMES)))
        for tree in self.trees:
            leaf = np.zeros(len(table), np.int64)
            expected = _means(tree, 0)[leaf]
            for level, (feature, above) in enumerate(zip(tree.features, tree.above, strict=True)):
                leaf |= (table[:, feature] > np.float32(above)).astype(np.int64) << level
                known = _means(tree, level + 1)[leaf]
                moved[:, feature] += known - expected
                expected = known
        return moved

    def written(self) -> str:
        said = {
            "features": list(NAMES),
            "bias": round(self.bias, 6),
            "trees": [
                {
                    "features": list(tree.features),
                    "above": [float(f"{above:.9g}") for above in tree.above],
                    "values": [round(float(value), 5) for value in tree.values],
                    "covers": [int(cover) for cover in tree.covers],
                }
                for tree in self.trees
            ],
        }
        return json.dumps(said, separators=(",", ":")).replace('{"features"', '\n{"features"') + "\n"

    @classmethod
    def read(cls, text: str) -> Self:
        said = json.loads(text)
        if said["features"] != list(NAMES):
            raise UnfitModel("The model's features are not those that are computed here.")
        return cls(
            said["bias"],
            tuple(
                Tree(
                    tuple(tree["features"]),
                    tuple(tree["above"]),
                    np.array(tree["values"], np.float64),
                    np.array(tree["covers"], np.float64),
                )
                for tree in said["trees"]
            ),
        )


def shipped() -> Model:
    return Model.read(SHIPPED.read_text("utf-8"))


def _means(tree: Tree, level: int) -> Weights:
    """What the tree says on average of rows of which the answers of the first levels are known."""
    values, covers = tree.values.reshape(-1, 1 << level), tree.covers.reshape(-1, 1 << level)
    seen = covers.sum(axis=0)
    means: Weights = np.where(seen > 0, (values * covers).sum(axis=0) / np.maximum(seen, 1.0), values.mean(axis=0))
    return means
