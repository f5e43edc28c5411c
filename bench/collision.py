# SPDX-License-Identifier: Apache-2.0
"""The blind check: how many evaluations one core proves, and how long a large check takes from end to end.

From end to end is what a member waits for: the command starts, fetches all buckets, blinds a thousand fingerprints, has
them evaluated over HTTP by the server as `weir up` starts it, checks the proof, and looks each one up.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from typing import Any

from bench.figures import ROUNDS, Figure, Measured, paired
from bench.stage import DATABASES, NoPostgres, house, play
from bench.web import serving
from tools.postgres import free_port

SECONDS = 0.5
SPELLINGS = 4
CAUSES = 250
ROOT = Path(__file__).parents[1]


def measure(data: Path | None) -> Measured:
    measured = Measured("collision", evaluations())
    for database in DATABASES:
        try:
            measured.results.append(large_check(database))
        except NoPostgres as why:
            measured.skipped.append(f"{database}: {why}")
    return measured


def evaluations() -> list[Figure]:
    rates = play("evaluating", os.environ, SECONDS)
    return [figure(int(size), rates[size], rates["bare"]) for size in rates if size != "bare"]


def figure(size: int, rates: list[float], bare: list[float]) -> Figure:
    rate, limit = median(rates), median(bare) / 2
    share = paired(rates, [each / 2 for each in bare])
    return Figure(
        f"verifiable evaluations, {size:,} to a batch, one core",
        rate,
        "evaluations/s",
        f"4,000/s; two bare multiplications for each: {limit:,.0f}/s, of which this is {share:.0%}",
        rate / 4000,
        1.0,
    )


def large_check(database: str) -> Figure:
    with house(database) as environment:
        port = free_port()
        environment |= {"WEIR_ADDRESS": f"127.0.0.1:{port}"}  # a token is for the address it was issued at
        told = play("checking", environment, ROUNDS, CAUSES)
        with serving(environment, port):
            took = [one_check(port, token, told, Path(environment["WEIR_HOME"])) for token in told["tokens"]]
    return Figure(
        f"a check of {CAUSES * SPELLINGS:,} fingerprints, the command from start to end ({database})",
        median(took),
        "s",
        f"2 s; the quickest of {len(took)}: {min(took):.2f} s",
        median(took) / 2,
        1.0,
        at_most=True,
    )


def one_check(port: int, token: str, told: dict[str, Any], folder: Path) -> float:
    """The client as a member runs it. An answer that is wrong is quick for the wrong reason."""
    causes = folder / "causes.jsonl"
    causes.write_text("\n".join(map(json.dumps, told["causes"])))
    command = [sys.executable, "-m", "checker", str(causes), "--json", "--url", f"http://127.0.0.1:{port}"]
    begun = time.perf_counter()
    done = subprocess.run(
        command, cwd=ROOT, env=os.environ | {"WEIR_TOKEN": token}, stdout=subprocess.PIPE, check=False
    )
    took = time.perf_counter() - begun
    if done.returncode == 2:
        raise WrongAnswer("it was not answered at all")
    held = sum(answer["held"] for answer in json.loads(done.stdout)["answers"])
    if held != told["held"]:
        raise WrongAnswer(f"{held} are held, not {told['held']}")
    return took


class WrongAnswer(Exception):
    """The check said something else than what the scene put there."""
