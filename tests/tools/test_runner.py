# SPDX-License-Identifier: Apache-2.0
"""The rules of the runner, seen on small suites of their own: budgets and slices."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.budgets import BUDGETS

ROOT = Path(__file__).parents[2]
ALONE = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}  # quick: none of the plugins that are not under test
SLOW = "import time\ndef test_one(): time.sleep(0.2)\n"


@pytest.fixture
def suite(tmp_path):
    """Write files, then run pytest over them with our two plugins; returns the exit code and what was printed."""

    def run(files, *options, budgets=None):
        for name, source in files.items():
            path = tmp_path / "tests" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(source)
        table = f"import tests.budgets\ntests.budgets.BUDGETS.update({budgets or {}!r})\n"
        (tmp_path / "conftest.py").write_text(f"pytest_plugins = ['tests.budgets', 'tests.slices']\n{table}")
        (tmp_path / "pytest.ini").write_text(f"[pytest]\npythonpath = {ROOT}\nmarkers = prove: long\n")
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-p",
            "xdist",
            "-p",
            "no:cacheprovider",
            "--import-mode=importlib",
        ]
        done = subprocess.run(
            [*command, *options, "tests"], cwd=tmp_path, env=ALONE, capture_output=True, text=True, check=False
        )
        return done.returncode, done.stdout + done.stderr

    return run


@pytest.mark.parametrize("workers", [(), ("-n", "2")])
def test_a_folder_over_its_budget_fails_the_run_although_every_test_passed(suite, workers):
    code, told = suite({"kernel/test_a.py": SLOW}, "--enforce-budgets", *workers, budgets={"tests/kernel": 0.1})
    assert "1 passed" in told
    assert "tests/kernel took 0." in told
    assert code == pytest.ExitCode.TESTS_FAILED


def test_a_folder_within_its_budget_passes(suite):
    code, _ = suite({"kernel/test_a.py": SLOW}, "--enforce-budgets", budgets={"tests/kernel": 60})
    assert code == pytest.ExitCode.OK


def test_a_room_has_a_budget_of_its_own_within_its_wing(suite):
    files = {"clearinghouse/intake/test_a.py": SLOW}
    code, told = suite(files, "--enforce-budgets", budgets={"tests/clearinghouse/intake": 0.1})
    assert "tests/clearinghouse/intake took" in told
    assert code == pytest.ExitCode.TESTS_FAILED


def test_a_budget_is_only_told_where_it_is_enforced(suite):
    code, _ = suite({"kernel/test_a.py": SLOW}, budgets={"tests/kernel": 0.1})
    assert code == pytest.ExitCode.OK


NAMED = "".join(f"def test_{name}(): pass\n" for name in "abcdefgh")


def test_the_seed_decides_the_order_of_a_slice(suite):
    def order(seed):
        _, told = suite({"test_x.py": NAMED}, "--slice", "60", "--seed", str(seed), "-v")
        return [line.split("::")[1].split()[0] for line in told.splitlines() if "PASSED" in line]

    first = order(1)
    assert len(first) == 8
    assert order(1) == first
    assert order(2) != first


def test_what_does_not_fit_into_a_slice_is_skipped_and_says_so(suite):
    code, told = suite(
        {"test_x.py": SLOW.replace("0.2", "0.6") + NAMED.replace("pass", "import time; time.sleep(0.6)")},
        "--slice",
        "0.5",
        "-rs",
    )
    assert "1 passed, 8 skipped" in told
    assert "did not fit into this slice" in told
    assert code == pytest.ExitCode.OK


ROUNDS = "def test_x(rounds):\n import time\n n = [time.sleep(0.05) for _ in rounds(12)]\n print('rounds', len(n))\n"


def test_a_proof_has_all_its_rounds_outside_a_slice_and_at_least_one_inside(suite):
    assert "rounds 12\n" in suite({"test_x.py": ROUNDS}, "-s")[1]
    assert "rounds 1\n" in suite({"test_x.py": ROUNDS}, "-s", "--slice", "0.01")[1]


def test_an_empty_selection_fails_unless_it_may_be_empty(suite):
    assert suite({"test_x.py": NAMED}, "-m", "prove")[0] == pytest.ExitCode.NO_TESTS_COLLECTED
    assert suite({"test_x.py": NAMED}, "-m", "prove", "--may-be-empty")[0] == pytest.ExitCode.OK
    assert suite({"test_x.py": NAMED}, "-m", "prove", "--may-be-empty", "-n", "2")[0] == pytest.ExitCode.OK


def test_the_whole_fits_into_ten_minutes_of_two_workers(suite):
    assert max(BUDGETS.values()) == BUDGETS["tests"] < 2 * 600
    files = {"kernel/test_a.py": SLOW, "shell/test_b.py": SLOW}
    code, told = suite(files, "--enforce-budgets", budgets={"tests": 0.1})
    assert "tests took" in told
    assert code == pytest.ExitCode.TESTS_FAILED
