# SPDX-License-Identifier: Apache-2.0
"""What tests of identity share: one small instance each. Imports wait until Django stands."""

from __future__ import annotations

import pytest


@pytest.fixture
def world(db, monkeypatch):
    from tests.worlds.identity import World, bind

    made = World()
    bind(made.records, monkeypatch)
    return made


@pytest.fixture
def operator(world):
    return world.open()
