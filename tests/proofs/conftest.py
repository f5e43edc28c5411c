# SPDX-License-Identifier: Apache-2.0
"""What the proofs share. Imported late: Django is set up after conftest files are read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.worlds.house import House


@pytest.fixture
def open_house(transactional_db: None) -> House:
    """A house that commits for real, so that row security and the reading connection are what they are in life."""
    from tests.worlds.house import House

    return House()
