# SPDX-License-Identifier: Apache-2.0
"""The store alone: both key providers, a folder for blobs, a policy that lets everybody in, a list for a ledger."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC

import pytest

from tests.worlds.keys import MemoryKeyStore
from tests.worlds.ledgers import ListLedger
from weir.foundation.store.gates import FileKeyStore
from weir.foundation.store.reads import _bound, bind_key_store
from weir.foundation.store.terms import KeyStore
from weir.foundation.verb import BOUND
from weir.kernel.moments import Moment


@pytest.fixture
def home(settings, tmp_path):
    settings.HOME = tmp_path / "home"
    return settings.HOME


@pytest.fixture(params=["file", "memory"])
def keys(request, home, tmp_path) -> Iterator[KeyStore]:
    """Each test that seals runs with both providers."""
    before = list(_bound)
    store = FileKeyStore(tmp_path / "keys") if request.param == "file" else MemoryKeyStore()
    bind_key_store(store)
    yield store
    if isinstance(store, FileKeyStore):
        store.close()
    for earlier in before:
        bind_key_store(earlier)


@pytest.fixture
def ledger(monkeypatch) -> ListLedger:
    ledger = ListLedger()
    asked = {name: getattr(ledger, name) for name in ("ask", "witness", "second", "hold_back")}
    for name, bound in vars(replace(BOUND, record=ledger, **asked)).items():
        monkeypatch.setattr(BOUND, name, bound)
    return ledger


@pytest.fixture
def now() -> Moment:
    return Moment(2026, 11, 20, 12, tzinfo=UTC)
