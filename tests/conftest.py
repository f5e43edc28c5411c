# SPDX-License-Identifier: Apache-2.0
"""What every test run shares: which database it runs on, a home of its own, and the rules of the runner.

pytest                                                        on SQLite, in files
python tools/postgres.py run -- env WEIR_TEST_DATABASE=postgres pytest -m both_databases        (-n 2: --clusters 2)
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import django
import hypothesis
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.worlds.house import House
from django.conf import settings

pytest_plugins = ["tests.budgets", "tests.cleaning", "tests.horizon", "tests.slices"]

# A busy machine is no bug: Hypothesis counts examples, not milliseconds. The same commit gets the same examples, so
# that whoever breaks a property sees it fail; `make prove` looks for new ones (--hypothesis-profile=search).
PATIENT: dict[str, Any] = {"deadline": None, "suppress_health_check": [hypothesis.HealthCheck.too_slow]}
hypothesis.settings.register_profile("weir", derandomize=True, **PATIENT)
hypothesis.settings.register_profile("search", max_examples=500, print_blob=True, **PATIENT)
hypothesis.settings.load_profile("weir")


def database(home: Path) -> str:
    """SQLite unless WEIR_TEST_DATABASE=postgres, which needs the cluster that tools/postgres.py starts."""
    kind = os.environ.get("WEIR_TEST_DATABASE", "sqlite")
    if kind == "sqlite":
        return f"sqlite:///{home / 'weir.sqlite'}"
    if kind != "postgres":
        raise pytest.UsageError(f"WEIR_TEST_DATABASE is sqlite or postgres, not {kind}")
    if "WEIR_TEST_POSTGRES" not in os.environ:
        raise pytest.UsageError("No PostgreSQL is named. Run: python tools/postgres.py run -- pytest ...")
    clusters = os.environ["WEIR_TEST_POSTGRES"].split()
    return clusters[int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))]


def set_up_django() -> Path:
    """Give this process (each xdist worker is one) a home and a database of its own, then let Django read its settings.

    At import, because the conftests of the rooms are imported next and import models.
    """
    home = Path(tempfile.mkdtemp(prefix="weir-test-"))
    os.environ["WEIR_HOME"] = str(home)
    os.environ["WEIR_DATABASE"] = database(home)
    os.environ["DJANGO_SETTINGS_MODULE"] = "weir.shell.settings"
    for kept in settings.DATABASES.values():
        if kept["ENGINE"] == "django.db.backends.sqlite3":
            # In a file, because threads, processes and read-only connections meet in it as they do in production.
            kept.setdefault("TEST", {})["NAME"] = str(home / "test.sqlite")
    django.setup()
    if Path(settings.HOME) != home:
        raise pytest.UsageError("Django read its settings before this process had a home: unset DJANGO_SETTINGS_MODULE")
    return home


HOME = set_up_django()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes() -> None:
    """Workers inherit our environment, and Django would read it before they come to `set_up_django`: all of them would
    have this process's home, and its database.
    """
    for name in ("WEIR_HOME", "WEIR_DATABASE", "DJANGO_SETTINGS_MODULE"):
        del os.environ[name]


def pytest_unconfigure() -> None:
    shutil.rmtree(HOME, ignore_errors=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests without real data are skipped and say so; whoever has a database has both its connections."""
    for item in items:
        if hypothesis.is_hypothesis_test(getattr(item, "obj", None)):
            item.add_marker(pytest.mark.properties)
        names = set(getattr(item, "fixturenames", ()))
        if names & {"db", "transactional_db"} and not item.get_closest_marker("django_db"):
            item.add_marker(pytest.mark.django_db(databases="__all__", transaction="transactional_db" in names))
    if not os.environ.get("WEIR_DATA"):
        without = pytest.mark.skip(reason="WEIR_DATA names no folder of real data")
        for item in items:
            if item.get_closest_marker("realdata"):
                item.add_marker(without)


@pytest.fixture(autouse=True)
def own_notary() -> Iterator[None]:
    """Each house brings a notary of its own; whoever comes next and starts processes has the instance's again."""
    yield
    if "tests.worlds.house" in sys.modules:
        sys.modules["tests.worlds.house"].House.leave()


@pytest.fixture
def house(db: None) -> House:
    """A house whose changes are rolled back after the test."""
    from tests.worlds.house import House

    return House()


@pytest.fixture
def open_house(transactional_db: None) -> House:
    """A house that commits for real: for threads, races and row security."""
    from tests.worlds.house import House

    return House()
