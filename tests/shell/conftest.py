# SPDX-License-Identifier: Apache-2.0
"""Doors need no collected static files to be tested; whitenoise warns where their folder is missing."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(scope="session", autouse=True)
def folder_of_static_files():
    from django.conf import settings

    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
