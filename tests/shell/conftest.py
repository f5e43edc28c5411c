# SPDX-License-Identifier: Apache-2.0
"""What the tests of the doors share: a folder for static files, which whitenoise wants, and people before the pages."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(scope="session", autouse=True)
def folder_of_static_files():
    from django.conf import settings

    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)


@pytest.fixture
def plain_pages(settings):
    """Pages that need no collected static files, and a door at which nobody has tried anything yet."""
    from weir.shell import rates

    rates.forget()
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }


@pytest.fixture
def people(house, plain_pages):
    from tests.worlds.people import People

    return People(house)


@pytest.fixture
def ida(people):
    """The first administrator's browser."""
    return people.browser(people.ida)
