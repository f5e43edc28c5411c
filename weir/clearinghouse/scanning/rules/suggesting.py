# SPDX-License-Identifier: Apache-2.0
"""Which targets now: the most expected risk taken away by so many hours.

What h hours on a target take away is worth(t) * (1 - exp(-(done + h) / scale)) - what was taken away already: each
further hour takes away less (the function is concave). Hours are given out in equal blocks. Taking, block by block,
the one that takes away most is then not only close to the best plan but the best plan: if a plan gives a target one
block more and another one less than the greedy plan does, the block it has too much takes away no more than the one it
lacks (or the greedy plan would have taken it), so changing the two loses nothing; after finitely many such changes it
is the greedy plan. `tests/clearinghouse/scanning/test_suggesting.py` compares it with every possible plan.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Sequence
from dataclasses import dataclass

BLOCK = 5
SCALE = 40.0
MOST_BLOCKS = 400
_PRIOR_HITS, _PRIOR_HOURS = 1.0, 200.0


@dataclass(frozen=True)
class Candidate:
    """What is known of a target, all of it public, late, or the asker's own.

    exposure: how much stands on it. hours: of scanning that still count. hits: published ones, in so many hours of all.
    """

    name: str
    exposure: int
    hours: float = 0.0
    hits: int = 0
    hits_hours: float = 0.0


@dataclass(frozen=True)
class Share:
    """So many hours for one target, and the risk that they take away."""

    candidate: Candidate
    hours: int
    gain: float


def worth(candidate: Candidate) -> float:
    """What there is to take away before anybody looks: exposure, times how much was published for the hours spent."""
    hits = candidate.hits + _PRIOR_HITS
    return candidate.exposure * hits / (candidate.hits_hours + _PRIOR_HOURS) * SCALE


def taken_away(candidate: Candidate, hours: float) -> float:
    """The risk that so many further hours take away."""
    done = candidate.hours
    return worth(candidate) * (math.exp(-done / SCALE) - math.exp(-(done + hours) / SCALE))


def shares(candidates: Sequence[Candidate], capacity: int) -> tuple[Share, ...]:
    """The plan that takes away most, the largest share of it first."""
    blocks = min(capacity // BLOCK, MOST_BLOCKS)
    given = [0] * len(candidates)
    next_best = [(-_block(candidate, 0), place) for place, candidate in enumerate(candidates)]
    heapq.heapify(next_best)
    for _ in range(blocks if candidates else 0):
        _, place = next_best[0]
        given[place] += 1
        heapq.heapreplace(next_best, (-_block(candidates[place], given[place]), place))
    plan = [
        Share(candidate, count * BLOCK, taken_away(candidate, count * BLOCK))
        for candidate, count in zip(candidates, given, strict=True)
        if count
    ]
    return tuple(sorted(plan, key=lambda share: (-share.gain, share.candidate.name)))


def _block(candidate: Candidate, before: int) -> float:
    return taken_away(candidate, (before + 1) * BLOCK) - taken_away(candidate, before * BLOCK)
