# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from dataclasses import replace

import pytest


@pytest.fixture
def administrator(house):
    return replace(house.coordinator, roles=frozenset({"administrator"}))
