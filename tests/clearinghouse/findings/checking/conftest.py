# SPDX-License-Identifier: Apache-2.0
"""What the tests of the blind check share: keys of their own, and members who ask."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.worlds.blind import Blind
from weir.clearinghouse.findings.gates import CheckKeyFolder
from weir.clearinghouse.findings.reads import bind_check_keys
from weir.clearinghouse.findings.reads.checking import check_keys


@pytest.fixture
def keys(tmp_path):
    """A key folder of this test's own."""
    before = check_keys()
    bind_check_keys(CheckKeyFolder(tmp_path))
    yield tmp_path
    bind_check_keys(before)


@pytest.fixture
def blind(house, keys):
    return Blind(house)


@pytest.fixture
def administrator(house):
    return replace(house.coordinator, id="P-2026-ADMNS-T", roles=frozenset({"administrator"}))
