# SPDX-License-Identifier: Apache-2.0
"""Bounds hold also against two at the same instant, and nobody waits for another organization."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from django.db import connection, connections

from tests.worlds.scanning import Scanners
from weir.clearinghouse.scanning import verbs
from weir.clearinghouse.scanning.models import ClaimRow
from weir.clearinghouse.scanning.rules import sizes
from weir.clearinghouse.scanning.terms import ClaimState, TooWide
from weir.foundation.transactions import writing

pytestmark = pytest.mark.both_databases


@pytest.fixture
def scanners(open_house):
    return Scanners(open_house)


def together(*acts):
    """All at once, each on a connection of its own; whether each was done, or was too wide."""

    def tried(act):
        try:
            return act().state
        except TooWide:
            return "too wide"
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as several:
        return sorted(several.map(tried, acts))


def units():
    with writing():
        return sum(ClaimRow.objects.filter(state=ClaimState.LIVE).values_list("units", flat=True))


@pytest.mark.parametrize("before", [0, 1], ids=["the first of theirs", "not the first"])
def test_colleagues_at_once_cannot_pass_their_organizations_bound(scanners, monkeypatch, before):
    monkeypatch.setattr(sizes, "OF_AN_ORGANIZATION", 20)
    target = scanners.target()
    for _ in range(before):
        scanners.claim(scanners.one, "a/b/c/d", target=target)
    colleagues = [replace(scanners.one, id=f"P-2026-CLLG{n}-T") for n in range(4)]
    told = together(*(lambda who=who: scanners.claim(who, target=target) for who in colleagues))
    assert told == [ClaimState.LIVE, *["too wide"] * 3]
    assert units() == 16 + before


def test_offers_taken_at_once_cannot_pass_the_takers_own_bound(scanners):
    offered = [scanners.claim(scanners.one, path).id for path in ("src", "docs")]
    for claim in offered:
        verbs.hand_over_claim(scanners.one, claim, scanners.third.id, now=scanners.house.now)
    verbs.declare_capacity(scanners.third, 5, now=scanners.house.now)
    scanners.claim(scanners.third, "a/b/c/d")

    def take(claim):
        return lambda: verbs.take_over_claim(scanners.third, claim, now=scanners.house.now)

    assert together(*map(take, offered)) == [ClaimState.LIVE, "too wide"]


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer at a time, whoever it is")
def test_another_organization_does_not_wait(scanners):
    """It claims while a transaction of the first is open, and has its answer before that ends."""
    target = scanners.target()
    scanners.claim(scanners.one, "a/b/c/d", target=target)
    with writing():
        scanners.claim(scanners.one, "e/f/g/h", target=target)
        assert together(lambda: scanners.claim(scanners.other, "src", target=target)) == [ClaimState.LIVE]
