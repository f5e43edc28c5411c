# SPDX-License-Identifier: Apache-2.0
"""Verifiable evaluations, on one core: in batches as they come, beside the bare multiplications that they rest on.

python -m bench.scenes.evaluating SECONDS
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable

from bench.figures import ROUNDS
from weir.kernel import ristretto, voprf

BATCHES = (4, 1000)


def main(seconds: float) -> None:
    key = voprf.derive_key(bytes(32), b"bench")
    elements = [voprf.blind(n.to_bytes(4, "big"), os.urandom).element for n in range(max(BATCHES))]
    sides: dict[str, Callable[[], int]] = {str(size): evaluating(key, elements[:size]) for size in BATCHES}
    sides["bare"] = multiplying(key, elements)
    rates: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(ROUNDS):
        for name, act in sides.items():
            rates[name].append(rate(act, seconds))
    print(json.dumps(rates))


def evaluating(key: voprf.KeyPair, elements: list[bytes]) -> Callable[[], int]:
    def act() -> int:
        return len(voprf.blind_evaluate(key, elements, os.urandom).elements)

    return act


def multiplying(key: voprf.KeyPair, elements: list[bytes]) -> Callable[[], int]:
    def act() -> int:
        for element in elements:
            ristretto.times(key.secret, element)
        return len(elements)

    return act


def rate(act: Callable[[], int], seconds: float) -> float:
    """How many in a second of this process's own time: another process on the core takes none of it."""
    act()
    done, begun = 0, time.process_time()
    while (took := time.process_time() - begun) < seconds:
        done += act()
    return done / took


if __name__ == "__main__":
    main(float(sys.argv[1]))
