# SPDX-License-Identifier: Apache-2.0
"""What the ledger costs: recording beside the verb it records, and a long log to verify and to prove from."""

from __future__ import annotations

import os
from pathlib import Path
from statistics import median

from bench.figures import Figure, Measured, paired
from bench.stage import DATABASES, NoPostgres, house, play

WRITERS = (1, 8)
SECONDS = 0.3
LONG = int(os.environ.get("BENCH_ENTRIES", "1000000"))
SHORT = LONG // 10


def measure(data: Path | None) -> Measured:
    measured = Measured("ledger")
    for database in DATABASES:
        try:
            for writers in WRITERS:
                measured.results += recording(database, writers)
            measured.results += proving(database)
        except NoPostgres as why:
            measured.skipped.append(f"{database}: {why}")
    return measured


def recording(database: str, writers: int) -> list[Figure]:
    with house(database) as environment:
        rates = play("recording", environment, writers, SECONDS)
    where = f"{database}, {writers} writer{'s' if writers > 1 else ''}"
    verb, unrecorded, bare = (median(rates[side]) for side in ("verb", "unrecorded", "bare"))
    return [
        Figure(
            f"recording's share of receive_report ({where})",
            1e6 * writers * (1 / verb - 1 / unrecorded),
            "us a call",
            f"the verb unrecorded: {unrecorded:,.0f}/s",
            1 - paired(rates["verb"], rates["unrecorded"]),
            0.15,
            at_most=True,
        ),
        Figure(
            f"the whole verb ({where})",
            verb,
            "calls/s",
            f"the same two rows by the plain ORM: {bare:,.0f}/s",
            paired(rates["verb"], rates["bare"]),
            0.3,
        ),
    ]


def proving(database: str) -> list[Figure]:
    told = {}
    for entries in (LONG, SHORT):
        with house(database) as environment:
            play("growing", environment, entries)
            told[entries] = play("proving", environment, entries)
    long, short = told[LONG], told[SHORT]
    return [
        Figure(
            f"ledger verify, {LONG:,} entries, half sealed ({database})",
            long["verified"],
            "entries/s",
            f"100,000 entries/s; hashing their leaves alone: {long['hashed']:,.0f}/s",
            long["verified"] / 100_000,
            1.0,
        ),
        Figure(
            f"a proof from {LONG:,} entries ({database})",
            long["proof"] * 1e3,
            "ms",
            f"5 ms; from {SHORT:,}: {short['proof'] * 1e3:.2f} ms",
            long["proof"] / 5e-3,
            1.0,
            at_most=True,
        ),
        Figure(
            f"memory to verify {LONG:,} entries ({database})",
            long["memory"] / 1024,
            "MB",
            f"{SHORT:,} entries: {short['memory'] / 1024:,.0f} MB",
            long["memory"] / short["memory"],
            1.1,
            at_most=True,
        ),
    ]
