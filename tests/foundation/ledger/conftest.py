# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from weir.foundation.actor import Actor


@pytest.fixture
def administrator() -> Actor:
    from tests.worlds.house import COORDINATOR

    return replace(COORDINATOR, id="P-2026-ADMNS-T", roles=frozenset({"administrator"}))
