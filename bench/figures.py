# SPDX-License-Identifier: Apache-2.0
"""What a bench says, and how two sides that took turns are compared."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

ROUNDS = 7


@dataclass(frozen=True)
class Figure:
    """One measured figure. `ratio` is what is held against `target`; at_most says which side of it is good."""

    metric: str
    value: float
    unit: str
    against: str
    ratio: float
    target: float
    at_most: bool = False

    @property
    def ok(self) -> bool:
        return self.ratio <= self.target if self.at_most else self.ratio >= self.target

    def as_json(self) -> dict[str, Any]:
        said = asdict(self) | {"ok": self.ok}
        return {name: round(value, 4) if isinstance(value, float) else value for name, value in said.items()}


@dataclass
class Measured:
    """All figures of a bench, and what could not be run, because."""

    bench: str
    results: list[Figure] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return {"bench": self.bench, "results": [each.as_json() for each in self.results], "skipped": self.skipped}


def paired(one: Sequence[float], other: Sequence[float]) -> float:
    """The ratio of two sides that took turns, as the median over rounds: the machine drifts, and both drift with it."""
    return statistics.median(mine / theirs for mine, theirs in zip(one, other, strict=True))


def quantile(values: list[float], share: float) -> float:
    """The value below which this share of them lies."""
    return sorted(values)[min(int(len(values) * share), len(values) - 1)]
