# SPDX-License-Identifier: Apache-2.0
"""With whoever leaves their claims end, at the worker's next look at the ledger."""

from __future__ import annotations

import pytest

from tests.worlds.callers import Instance
from weir.clearinghouse.scanning import jobs, reads, verbs
from weir.clearinghouse.scanning.models import CellRow, ClaimRow
from weir.clearinghouse.scanning.terms import Choice, ClaimState, Method
from weir.foundation.actor import SYSTEM
from weir.foundation.identity import verbs as identity
from weir.foundation.identity.terms import OrganizationKind, Role
from weir.foundation.jobs.jobs import JOBS
from weir.foundation.ledger.models import EntryRow
from weir.foundation.transactions import writing
from weir.shell.clock import now
from weir.shell.running import errands

pytestmark = pytest.mark.both_databases
LIVE, LAPSED = ClaimState.LIVE, ClaimState.LAPSED


@pytest.fixture
def instance(db):
    return Instance()


def claim(actor, path):
    target = verbs.register_target(actor, "https://github.com/meadow/gate", now=now()).id
    return verbs.claim_target(actor, target, (Method.FUZZING,), (path,), now=now()).id


def states():
    with writing():
        return dict(ClaimRow.objects.values_list("number", "state"))


def told():
    """What the errands of scanning are told of the ledger: each entry's kind with what it is about."""
    kinds = {station.kind for station in errands.STATIONS if station.job == jobs.END_ALL}
    with writing():
        return list(EntryRow.objects.filter(kind__in=kinds).values_list("kind", "about"))


def woken():
    for kind, about in told():
        JOBS[jobs.END_ALL](about, key=f"{kind} {about}", now=now())


def colleague(instance):
    from weir.foundation.identity.models import OrganizationRow

    lab = OrganizationRow.objects.get(number=instance.finder.organization)
    return instance._person(lab, "colly", Role.FINDER)


def test_a_leavers_claims_end_and_nobody_elses(instance):
    other = colleague(instance)
    mine, theirs = claim(instance.finder, "src"), claim(other, "docs")
    waiting = verbs.claim_target(
        instance.finder,
        reads.read_claim(instance.finder, mine).scope.target,
        (Method.STATIC,),
        choice=Choice.WAIT,
        now=now(),
    ).id
    identity.leave(instance.finder, now=now())
    assert states() == {mine: LIVE, theirs: LIVE, waiting: ClaimState.WAITING}
    woken()
    assert states() == {mine: LAPSED, theirs: LIVE, waiting: LAPSED}
    with writing():
        assert set(CellRow.objects.values_list("claim__number", flat=True)) == {theirs}


def test_whoever_is_let_go_keeps_no_claims_there_and_those_of_elsewhere(instance):
    from dataclasses import replace

    from weir.foundation.identity.models import OrganizationRow, PersonRow
    from weir.foundation.identity.verbs.joining import join

    other = colleague(instance)
    second = instance._organization("Second", OrganizationKind.FINDER)
    join(PersonRow.objects.get(number=other.id), OrganizationRow.objects.get(pk=second.pk), (Role.FINDER,), "", now())
    elsewhere = claim(replace(other, organization=second.number), "tests")
    there, mine = claim(other, "docs"), claim(instance.finder, "src")
    identity.end_membership(instance.finder, other.id, other.organization, now=now())
    woken()
    assert states() == {there: LAPSED, elsewhere: LIVE, mine: LIVE}


def test_with_an_organization_the_claims_of_all_its_people_end(instance):
    other = colleague(instance)
    mine, theirs, staffs = claim(instance.finder, "src"), claim(other, "docs"), claim(instance.coordinator, "tests")
    identity.withdraw_organization(instance.finder, instance.finder.organization, now=now())
    woken()
    assert states() == {mine: LAPSED, theirs: LAPSED, staffs: LIVE}


def test_told_late_or_again_it_ends_nothing_of_whoever_is_there(instance):
    mine = claim(instance.finder, "src")
    for _ in range(2):
        assert verbs.end_claim(SYSTEM, mine, now=now()).state is LIVE
        JOBS[jobs.END_ALL](instance.finder.id, key="again", now=now())
    assert states() == {mine: LIVE}
    verbs.release_claim(instance.finder, mine, now=now())
    assert verbs.end_claim(SYSTEM, mine, now=now()).state is ClaimState.RELEASED
