# SPDX-License-Identifier: Apache-2.0
"""Whether an overlap answer stays quick however many claims are live: one million of them, and a hundredth as many."""

from __future__ import annotations

import math
import os
from pathlib import Path
from statistics import mean, median
from typing import Any

from bench.figures import Figure, Measured, quantile
from bench.stage import DATABASES, NoPostgres, house, play

MANY = int(os.environ.get("BENCH_CLAIMS", "1000000"))
FEW = MANY // 100
LIMIT = 5e-3


def measure(data: Path | None) -> Measured:
    measured = Measured("scanning")
    for database in DATABASES:
        try:
            told = {claims: played(database, claims) for claims in (FEW, MANY)}
        except NoPostgres as why:
            measured.skipped.append(f"{database}: {why}")
            continue
        measured.results += figures(database, told[FEW], told[MANY])
    return measured


def played(database: str, claims: int) -> Any:
    with house(database) as environment:
        return play("claiming", environment, claims)


def figures(database: str, few: Any, many: Any) -> list[Figure]:
    late = median(quantile(seconds, 0.99) for seconds in many["rounds"])
    middle = median(quantile(seconds, 0.5) for seconds in many["rounds"])
    kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(many["kinds"].items()))
    large, small = (median(map(mean, told["rounds"])) for told in (many, few))
    return [
        Figure(
            f"the slowest of a hundred overlap answers, {MANY:,} live claims ({database})",
            late * 1e3,
            "ms",
            f"5 ms; the middle one {middle * 1e3:.2f} ms; answered: {kinds};"
            f" as a recorded verb {median(many['verb']) * 1e3:.1f} ms",
            late / LIMIT,
            1.0,
            at_most=True,
        ),
        Figure(
            f"an overlap answer, {MANY:,} live claims ({database})",
            large * 1e3,
            "ms",
            f"{FEW:,} claims: {small * 1e3:.2f} ms; as the logarithm grows: {logarithmic():.2f} times",
            large / small / logarithmic(),
            1.0,
            at_most=True,
        ),
    ]


def logarithmic() -> float:
    return math.log(MANY) / math.log(FEW)
