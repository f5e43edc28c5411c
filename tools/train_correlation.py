# SPDX-License-Identifier: Apache-2.0
"""Trains the model by which findings are correlated, from a folder of advisories, and writes it where Weir reads it.

    python -m tools.train_correlation --data DIR [--to FILE]

The same folder gives the same file. It holds weights and thresholds, and nothing of the texts.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np

from bench.correlation import set_up
from bench.correlation.reading import labeled
from weir.clearinghouse.findings.engines.boosting import learn
from weir.clearinghouse.findings.engines.trees import SHIPPED


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="a folder laid out like the bench's")
    parser.add_argument("--to", type=Path, default=SHIPPED)
    asked = parser.parse_args(arguments)
    scene = set_up(labeled(asked.data))
    right = np.isin(scene.numbers, scene.truth.pairs)
    asked.to.write_text(learn(scene.table, right).written(), "utf-8")
    print(f"{asked.to}: from {scene.truth.count:,} records, {len(right):,} pairs, {int(right.sum()):,} of them one")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
