# SPDX-License-Identifier: Apache-2.0
"""How often somebody may ask: what commitments are worth."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from django.db import connections

from tests.worlds.blind import HELD, NOT_HELD, Blind
from weir.clearinghouse.findings.rules import checking
from weir.clearinghouse.findings.terms.checking import MoreThanCommitted
from weir.foundation.actor import ActorKind


def test_without_a_commitment_nothing_is_evaluated(blind):
    blind.hold()
    blind.publish()
    with pytest.raises(MoreThanCommitted):
        blind.ask(blind.house.outsider, HELD)


def test_each_commitment_is_good_for_four_and_no_more(blind):
    blind.publish()
    blind.commit(blind.house.outsider, 2)
    blind.ask(blind.house.outsider, HELD, NOT_HELD)
    with pytest.raises(MoreThanCommitted) as no:
        blind.spend(blind.house.outsider)
    assert no.value.sentence == "You may have 0 more fingerprints checked, not 1."
    assert "open them" in no.value.hint


def test_what_was_refused_was_not_spent(blind):
    blind.publish()
    blind.commit(blind.house.outsider)
    with pytest.raises(MoreThanCommitted):
        blind.spend(blind.house.outsider, times=5)
    blind.spend(blind.house.outsider, times=4)


def test_agents_spend_what_is_their_owners(blind):
    agent = replace(
        blind.house.outsider, kind=ActorKind.AGENT, id="A-2026-AGENT-T", owner=blind.house.outsider.id, scopes=None
    )
    agent = replace(agent, scopes=frozenset({"findings.evaluate_blinded"}))
    blind.publish()
    blind.commit(blind.house.outsider)
    blind.spend(agent, times=3)
    with pytest.raises(MoreThanCommitted):
        blind.spend(blind.house.outsider, times=2)


def test_commitments_that_stay_unopened_shrink_what_may_be_asked(blind, settings):
    settings.CHECK_BOUND = 40
    blind.publish()
    blind.commit(blind.house.outsider, 10)
    blind.spend(blind.house.outsider, times=40)
    blind.house.later(days=15)
    blind.commit(blind.house.outsider, 10)
    with pytest.raises(MoreThanCommitted):
        blind.spend(blind.house.outsider)


@pytest.mark.both_databases
def test_two_requests_at_once_do_not_spend_the_same_commitment(open_house, keys):
    blind = Blind(open_house)
    blind.publish()
    blind.commit(open_house.outsider, 2)
    blind.spend(open_house.outsider, times=4)  # from here on there is a row to wait for

    def ask(_: int) -> str:
        try:
            blind.spend(open_house.outsider, times=4)
        except MoreThanCommitted:
            return "refused"
        finally:
            connections.close_all()
        return "answered"

    with ThreadPoolExecutor(4) as several:
        told = list(several.map(ask, range(4)))
    assert sorted(told) == ["answered", "refused", "refused", "refused"]


def test_one_member_spends_nothing_of_anothers(blind):
    blind.publish()
    blind.commit(blind.house.outsider)
    blind.commit(blind.house.finder)
    blind.spend(blind.house.outsider, times=4)
    blind.spend(blind.house.finder, times=4)


def test_what_was_spent_counts_until_the_commitment_is_stale(blind, settings):
    """At the last instant of the window the commitment is not stale yet, so what it paid for must still count."""
    settings.CHECK_BOUND = 4
    blind.publish()
    blind.commit(blind.house.outsider, 2)
    blind.spend(blind.house.outsider, times=4)
    blind.house.later(days=checking.WINDOW.days)
    with pytest.raises(MoreThanCommitted):
        blind.spend(blind.house.outsider)
