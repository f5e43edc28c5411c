# SPDX-License-Identifier: Apache-2.0
"""What it costs to take in other tools' findings: a SARIF file of a million results, and the real files that there are.

DefectDojo 3.2.0 is named beside it as it was measured once on such a machine (193 findings/s); it is not run here.
"""

from __future__ import annotations

import os
from pathlib import Path
from statistics import median
from typing import Any

from bench.figures import Figure, Measured, paired
from bench.stage import DATABASES, NoPostgres, house, play

RESULTS = int(os.environ.get("BENCH_SARIF_RESULTS", "1000000"))
MEMORY_MB = 300
DEFECTDOJO = 193


def measure(data: Path | None) -> Measured:
    measured = Measured("intake")
    for database in DATABASES:
        try:
            with house(database) as environment:
                told = play("importing", environment, RESULTS)
        except NoPostgres as why:
            measured.skipped.append(f"{database}: {why}")
            continue
        measured.results += figures(database, told)
    if data is None or not (data / "sarif").is_dir():
        measured.skipped.append("the real files: no --data folder with sarif/ in it")
    else:
        measured.results.append(real_files(data / "sarif"))
    return measured


def figures(database: str, told: dict[str, Any]) -> list[Figure]:
    first, bare = told["results"] / told["first"], median(told["bare"])
    what = f"{told['results']:,} results, {told['megabytes']:,.0f} MB ({database})"
    return [
        Figure(
            f"SARIF received, read, correlated by exact keys and stored, {what}",
            first,
            "results/s",
            f"the same rows, bare: {bare:,.0f}/s; DefectDojo 3.2.0 on another day: {DEFECTDOJO}/s",
            paired(told["imported"], told["bare"]),
            0.35,
        ),
        Figure(
            f"the same file again: {told['added_again']} added ({database})",
            told["again"],
            "s",
            f"the first time: {told['first']:,.1f} s",
            told["first"] / told["again"] if told["added_again"] == 0 else 0.0,
            3.0,
        ),
        Figure(
            f"the file with a byte more, so told apart item by item: {told['added_changed']} added ({database})",
            told["changed"],
            "s",
            f"the first time: {told['first']:,.1f} s",
            told["first"] / told["changed"] if told["added_changed"] == 0 else 0.0,
            1.0,
        ),
        Figure(
            f"peak memory of the two processes that do this ({database})",
            told["memory"] / 1024,
            "MB",
            f"{MEMORY_MB} MB",
            told["memory"] / 1024 / MEMORY_MB,
            1.0,
            at_most=True,
        ),
    ]


def real_files(folder: Path) -> Figure:
    with house("SQLite") as environment:
        told = play("real_sarif", environment, folder)
    return Figure(
        f"results of {told['files']} real SARIF files that became items ({told['troubles']} troubles)",
        told["items"],
        "items",
        f"results that say that something is wrong, counted by json.load: {told['results']:,}",
        told["items"] / told["results"],
        1.0,
    )
