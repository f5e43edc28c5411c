# SPDX-License-Identifier: Apache-2.0
"""A seeded slice of the long proofs: `pytest -m prove --slice 480 --seed 7` runs as much of them as fits.

The seed shuffles the proofs, so that over many runs each gets its turn; a proof that repeats something asks `rounds`
how often, and gets fewer in a slice. What did not fit is reported as skipped, never as passed.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator

import pytest

Rounds = Callable[[int], Iterator[int]]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--slice", type=float, metavar="SECONDS", help="run proofs for so long, in an order that --seed decides"
    )
    parser.addoption(
        "--seed", type=int, default=0, help="decides the order of a slice, and what `seed` gives to a proof"
    )
    parser.addoption("--may-be-empty", action="store_true", help="that no test was selected is no failure")


class Slice:
    """Stops handing out proofs when the time is over; a proof that has begun may take its equal share of it."""

    def __init__(self, seconds: float, seed: int) -> None:
        self.seconds = self.share = seconds
        self.seed = seed
        self.end = time.monotonic() + seconds

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        random.Random(self.seed).shuffle(items)  # the same seed, the same order, on every xdist worker
        self.share = self.seconds / max(1, len(items))
        self.end = time.monotonic() + self.seconds

    def pytest_runtest_setup(self) -> None:
        if time.monotonic() > self.end:
            pytest.skip(f"did not fit into this slice of {self.seconds:.0f} s")


@pytest.fixture(scope="session")
def seed(pytestconfig: pytest.Config) -> int:
    """What random moments of a proof are drawn from; `--seed` repeats them."""
    return int(pytestconfig.getoption("--seed"))


@pytest.fixture
def rounds(pytestconfig: pytest.Config) -> Rounds:
    """How often a proof repeats itself: as often as it wants; in a slice what fits its share, at least once."""
    plugin = pytestconfig.pluginmanager.get_plugin("weir-slice")

    def count(wanted: int) -> Iterator[int]:
        stop = time.monotonic() + plugin.share if plugin else float("inf")
        for number in range(wanted):
            if number and time.monotonic() > stop:
                return
            yield number

    return count


def pytest_configure(config: pytest.Config) -> None:
    seconds = config.getoption("--slice")
    if seconds:
        config.pluginmanager.register(Slice(seconds, config.getoption("--seed")), "weir-slice")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    if session.config.getoption("--may-be-empty") and session.exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED:
        session.exitstatus = pytest.ExitCode.OK
