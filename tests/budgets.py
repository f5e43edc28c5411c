# SPDX-License-Identifier: Apache-2.0
"""Each folder of tests has a budget of seconds, so that `make test` stays under ten minutes as rooms move in.

`--enforce-budgets` (which `make test` passes) fails a run in which a folder took longer than its budget.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import PurePosixPath

import pytest

# Seconds of one worker, setup and teardown included. Two workers have 1,200 to give in ten minutes, and the run on
# PostgreSQL takes its share of them; a room spends from its wing's. What each folder may take leaves room for a busy
# machine, so all of them together are more than the whole may take.
BUDGETS: dict[str, float] = {
    "tests": 1190,
    "tests/architecture": 70,  # following the tutorial takes twenty of them
    "tests/bench": 20,
    "tests/checker": 20,
    "tests/clearinghouse": 400,
    "tests/clearinghouse/findings": 100,
    "tests/clearinghouse/intake": 140,
    "tests/clearinghouse/scanning": 100,
    "tests/defense": 10,
    "tests/enforcement": 10,
    "tests/foundation": 300,
    "tests/foundation/identity": 60,
    "tests/foundation/jobs": 100,
    "tests/foundation/ledger": 120,
    "tests/foundation/policy": 60,
    "tests/frontier": 10,
    "tests/hardship": 120,
    "tests/journeys": 360,  # real browsers and real instances; an issuer that lies in many ways takes a third of it
    "tests/kernel": 40,
    "tests/order": 5,
    "tests/proofs": 260,
    "tests/shell": 500,
    "tests/tools": 60,
    "tests/verifier": 20,
}
ROOM = 30.0  # what one room may take of its wing's budget, unless it is listed above itself
WINGS = {
    "tests/clearinghouse",
    "tests/defense",
    "tests/enforcement",
    "tests/foundation",
    "tests/frontier",
    "tests/order",
}


class Purse:
    """Adds up what each folder spent; on xdist the controller hears of every worker's tests."""

    def __init__(self, *, enforced: bool) -> None:
        self.enforced = enforced
        self.spent: dict[str, float] = defaultdict(float)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        for folder in folders(report.nodeid):
            self.spent[folder] += report.duration

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        is_worker = hasattr(session.config, "workerinput")
        if self.enforced and not is_worker and overspent(self.spent) and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        lines = overspent(self.spent)
        if lines and self.enforced:
            terminalreporter.section("over budget (tests/budgets.py)", red=True)
            for line in lines:
                terminalreporter.write_line(line)


def folders(nodeid: str) -> list[str]:
    """The folders above a test: the whole, its wing, and its room if it has one."""
    parts = PurePosixPath(nodeid.split("::", maxsplit=1)[0]).parts[:-1]
    return ["/".join(parts[:depth]) for depth in (1, 2, 3) if len(parts) >= depth]


def budget(folder: str) -> float | None:
    """What a folder may take; None where only the folder above it is counted."""
    if folder in BUDGETS:
        return BUDGETS[folder]
    wing = "/".join(folder.split("/")[:2])
    if folder == wing or wing in WINGS:
        return ROOM
    return None


def overspent(spent: dict[str, float]) -> list[str]:
    """One sentence for each folder that took more than its budget."""
    over = [(folder, seconds, budget(folder)) for folder, seconds in sorted(spent.items())]
    return [
        f"{folder} took {seconds:.1f} s of {limit:.0f} s"
        for folder, seconds, limit in over
        if limit is not None and seconds > limit
    ]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--enforce-budgets", action="store_true", help="fail if a folder takes longer than its budget")


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Purse(enforced=config.getoption("--enforce-budgets")), "weir-budgets")
