# SPDX-License-Identifier: Apache-2.0
"""Of another finder's report nothing reaches the sender of a duplicate, through any door: two worlds, in one of which
theirs was merged with a hidden one, look the same to them until their own proof is reproduced; then one page differs.
"""

from __future__ import annotations

import sys

import pytest

from tests.proofs.test_outsiders import PLAIN_FILES, differences
from tests.worlds import outside
from tests.worlds.outside import Outside, World
from weir.clearinghouse.findings.terms import Basis, LinkKind
from weir.clearinghouse.findings.verbs import (
    merge_findings,
    nominate_link,
    record_cause,
    record_names,
    record_reproduced,
    split_finding,
)
from weir.foundation.actor import SYSTEM
from weir.kernel.moments import Moment
from weir.shell.clock import now

pytestmark = [
    pytest.mark.both_databases,
    pytest.mark.filterwarnings("ignore:No directory at"),  # of static files: nobody collected any
]

WORDS = "Unmistakable words of another"


@pytest.fixture(autouse=True)
def one_clock(monkeypatch, transactional_db, settings):
    """One clock for every door, which only the world moves."""
    moments: list[Moment] = []
    real = now
    for module in list(sys.modules.values()):
        if getattr(module, "now", None) is real:
            monkeypatch.setattr(module, "now", lambda: moments[-1])
    settings.RATE_PER_MINUTE = 10_000_000
    settings.STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": PLAIN_FILES}}
    return moments.append


def own_report(world):
    outside.own_report(world)
    [number] = [each for each, name in world.known.items() if name.startswith("<own report")]
    world.own = world.house.correlate(number).id
    world.own_number = number


def another_one_first(world):
    """Somebody else's report of the same; its proof is reproduced."""
    other = world.house.report(WORDS, world.instance.finder).outcome.id
    world.first = world.house.correlate(other).id
    world.hide(other)
    world.hide(world.first)
    record_reproduced(SYSTEM, other, now=world.house.now)


def merged(world):
    """The two are nominated, linked, named, merged, split, merged again."""
    house, coordinator, hidden = world.house, world.instance.coordinator, world.first
    nominate_link(SYSTEM, hidden, world.own, LinkKind.SAME, Basis.SCORE, 0.9, WORDS, now=house.now)
    record_cause(SYSTEM, hidden, world.own, True, True, now=house.now)
    record_names(coordinator, hidden, "a list", ("CVE-2026-11111",), now=house.now)
    world.hide(merge_findings(coordinator, hidden, world.own, WORDS, now=house.now).id)
    split_finding(coordinator, world.own, WORDS, now=house.now)
    merge_findings(coordinator, hidden, world.own, WORDS, now=house.now)


def reproduced(world):
    record_reproduced(SYSTEM, world.own_number, now=world.house.now)


def seen(clock, steps, *, hidden, probes=()):
    world = World(clock)
    world.tell(steps, hidden=hidden)
    asked = world.probes([type(each) for each in probes])
    return Outside(world, asked, member=True).everything(), asked, world


@pytest.fixture
def told(one_clock, monkeypatch):
    monkeypatch.setitem(outside.COMMON, "own report found", own_report)
    monkeypatch.setitem(outside.COMMON, "own proof reproduced", reproduced)
    monkeypatch.setitem(outside.HIDDEN, "another one first", another_one_first)
    monkeypatch.setitem(outside.HIDDEN, "merged", merged)

    def tell(*steps):
        full, probes, world = seen(one_clock, steps, hidden=True)
        private = [WORDS, str(world.instance.finder.id), str(world.instance.finder.organization), *map(str, probes)]
        bare, _, _ = seen(one_clock, steps, hidden=False, probes=probes)
        return full, bare, private

    return tell


def test_a_sender_cannot_tell_that_theirs_was_merged(told):
    full, bare, private = told("another one first", "own report found", "merged", "tick")
    assert differences([full], [bare]) == []
    assert len(full) > 150
    for words in private:
        assert not [asked for asked, answer in full.items() if words in str(answer)], words


def test_once_their_proof_is_reproduced_they_are_told_that_it_is_held_and_nothing_else(told):
    full, bare, private = told("another one first", "own report found", "merged", "tick", "own proof reproduced")
    parted = differences([full], [bare])
    assert {each.partition(":")[0].split("?")[0].strip() for each in parted} == {
        "/held/<own report 2>/",
        "api /api/v1/findings/duplicate-notice",
    }, parted
    for words in private:
        assert not [asked for asked, answer in full.items() if words in str(answer)], words
