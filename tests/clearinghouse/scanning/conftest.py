# SPDX-License-Identifier: Apache-2.0
"""What the tests of scanning share. Imported late: Django is set up after conftest files are read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.worlds.scanning import Scanners


@pytest.fixture
def scanners(house) -> Scanners:
    from tests.worlds.scanning import Scanners

    return Scanners(house)
