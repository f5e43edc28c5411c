# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import os
from dataclasses import replace
from datetime import date, timedelta

import pytest

from tests.worlds.policy import LIST, NOON, READ, BoatId, BoatRow, boat, harbor, person
from weir.foundation.actor import ANONYMOUS, Actor, ActorKind
from weir.foundation.policy import reads, verbs
from weir.foundation.policy.marks import mark_fresh
from weir.foundation.policy.models import AudienceRow, NoticeRow, PendingActRow
from weir.foundation.policy.terms import (
    NO_CLAIM,
    ActOver,
    ActState,
    Marking,
    NeedsSecondPerson,
    NotAllowed,
    NothingHere,
    PersonOnly,
    RegimeStatus,
    SamePerson,
    Tlp,
    UnknownRegime,
)
from weir.kernel.errors import Invalid
from weir.kernel.moments import Moment

pytestmark = pytest.mark.usefixtures("db", "shipped", "record")

ADA, BEN, CLEO = (person(name, "coordinator") for name in ("P-ada", "P-ben", "P-cleo"))
ROOT = person("P-root", "administrator")
ACT, ON = "store.erase_compartment", "PA-2026-7K3QM"
ON = str(BoatId.example())
PARAMETERS = '{"reason": "asked for", "compartment": "x"}'
LATER = Moment.of(NOON + timedelta(hours=25))


def propose(actor=ADA, parameters=PARAMETERS):
    return verbs.propose_act(actor, "policy.break_glass", "It has to go.", ON, parameters, now=NOON)


def require(actor, parameters=PARAMETERS, now=NOON):
    return verbs.require_second_person(actor, "policy.break_glass", ON, verbs.digest_of(parameters), now)


@pytest.mark.both_databases
def test_two_people_do_one_act_once(record):
    act = propose()
    confirmed = verbs.confirm_act(BEN, act.id, now=NOON)
    assert (confirmed.state, confirmed.proposer, confirmed.confirmer) == (ActState.CONFIRMED, "P-ada", "P-ben")
    assert require(ADA).state is ActState.USED
    with pytest.raises(NeedsSecondPerson):
        require(ADA)
    assert [done.verb for done in record.acts] == ["policy.propose_act", "policy.confirm_act"]


def test_the_confirmer_may_do_it_and_a_third_person_may_not():
    verbs.confirm_act(BEN, propose().id, now=NOON)
    with pytest.raises(NeedsSecondPerson):
        require(CLEO)
    assert require(BEN).confirmer == "P-ben"


def test_one_person_alone_is_not_two():
    act = propose()
    with pytest.raises(NeedsSecondPerson):
        require(ADA)
    with pytest.raises(NotAllowed):  # the policy file says so first
        verbs.confirm_act(ADA, act.id, now=NOON)


def test_two_accounts_of_one_owner_are_one_person():
    act = propose()
    with pytest.raises(SamePerson):
        verbs.confirm_act(replace(BEN, owner="P-ada"), act.id, now=NOON)


@pytest.mark.parametrize("kind", [ActorKind.AGENT, ActorKind.ANONYMOUS])
def test_an_agent_is_no_person(kind):
    act = propose()
    with pytest.raises(PersonOnly):
        verbs.confirm_act(replace(BEN, kind=kind), act.id, now=NOON)
    with pytest.raises(PersonOnly):
        propose(replace(ADA, kind=kind))


def test_what_was_confirmed_is_what_is_done():
    verbs.confirm_act(BEN, propose().id, now=NOON)
    with pytest.raises(NeedsSecondPerson):
        require(ADA, '{"reason": "asked for", "compartment": "another"}')
    assert require(ADA, '{"compartment":"x","reason":"asked for"}').state is ActState.USED


def test_a_confirmation_runs_out():
    act = propose()
    verbs.confirm_act(BEN, act.id, now=NOON)
    with pytest.raises(NeedsSecondPerson):
        require(ADA, now=LATER)
    late = propose()
    with pytest.raises(ActOver):
        verbs.confirm_act(BEN, late.id, now=LATER)


def test_it_is_confirmed_only_once():
    act = propose()
    verbs.confirm_act(BEN, act.id, now=NOON)
    with pytest.raises(ActOver):
        verbs.confirm_act(CLEO, act.id, now=NOON)


def test_staff_sees_what_waits_and_nobody_else_does():
    act = propose()
    assert [each.id for each in reads.list_pending_acts(BEN)] == [act.id]
    assert reads.read_pending_act(BEN, act.id) == act
    assert reads.list_pending_acts(person("P-member")) == ()
    with pytest.raises(NothingHere):
        reads.read_pending_act(person("P-member"), act.id)


def test_what_is_no_verb_cannot_be_proposed():
    with pytest.raises(Invalid):
        verbs.propose_act(ADA, "policy.read_pending_act", "Why not.", now=NOON)
    assert not PendingActRow.objects.exists()


@pytest.fixture
def hidden(boats, under):
    """A boat that is shown to one organization, in a harbor where glass can be broken."""
    opened = harbor("""permit (principal, action, resource is Weir::Boat)
        when { resource.audience.containsAny(principal.keys) };""")
    row = boat()
    row.save()
    mark_fresh([row], "harbor", Marking(Tlp.AMBER, frozenset({"organization:O-1"})))
    return row, lambda: under(opened)


@pytest.fixture
def glass_breaks(hidden, shipped):
    """The shipped policies, and boats among what they protect."""
    row, _ = hidden
    shipped.by_id[BoatId] = (BoatRow, harbor("").rows[BoatRow])
    return row


@pytest.mark.both_databases
def test_broken_glass_shows_one_object_for_an_hour_and_tells_every_administrator(glass_breaks, hidden, under, shipped):
    row = glass_breaks
    under(shipped)
    broken = verbs.break_glass(ADA, row.number, "The plant is on fire.", now=NOON)
    assert [notice.about for notice in reads.list_notices(ROOT)] == [broken.id]
    assert [glass.reason for glass in reads.list_broken_glass(ROOT)] == ["The plant is on fire."]
    assert reads.list_notices(BEN) == ()
    hidden[1]()
    with_glass = replace(ADA, handles=reads.glass_handles(ADA.id, NOON))
    reads.ask(with_glass, READ, BoatId(row.number))
    assert [seen.id for seen in reads.visible_to(with_glass, BoatRow, LIST)] == [row.id]
    for nobody in (
        replace(ADA, handles=reads.glass_handles(ADA.id, Moment.of(NOON + timedelta(minutes=60)))),
        replace(BEN, handles=reads.glass_handles(BEN.id, NOON)),
    ):
        with pytest.raises(NothingHere):
            reads.ask(nobody, READ, BoatId(row.number))


@pytest.mark.parametrize(
    "actor",
    [
        person("P-member"),
        replace(ADA, second_factor=False),
        Actor(ActorKind.AGENT, "A-1", owner="P-ada", staff=True, second_factor=True),
        ANONYMOUS,
    ],
)
def test_glass_is_broken_only_by_staff_in_person_with_a_second_factor(actor, glass_breaks):
    with pytest.raises((NotAllowed, PersonOnly)):
        verbs.break_glass(actor, glass_breaks.number, "Let me in.", now=NOON)
    assert not AudienceRow.objects.filter(key__startswith="glass:").exists()


def test_no_glass_is_broken_without_a_reason_or_over_nothing(glass_breaks):
    with pytest.raises(Invalid):
        verbs.break_glass(ADA, glass_breaks.number, "  ", now=NOON)
    with pytest.raises(NothingHere):
        verbs.break_glass(ADA, BoatId.mint(2026, os.urandom), "Fire.", now=NOON)
    assert not NoticeRow.objects.exists()


def test_no_regime_has_a_status_until_an_operator_enters_one():
    listed = reads.list_regimes(person())
    assert listed
    assert {regime.status for regime in listed} == {RegimeStatus.UNKNOWN}


def test_a_status_is_shown_with_its_day_its_source_and_no_claim():
    verbs.set_regime_status(ROOT, "pcii", RegimeStatus.IN_FORCE, date(2026, 11, 1), "Counsel's letter", now=NOON)
    verbs.set_regime_status(ROOT, "pcii", RegimeStatus.LAPSED, date(2026, 11, 10), "The register", now=NOON)
    verbs.set_regime_status(ROOT, "pcii", RegimeStatus.DISPUTED, date(2026, 10, 1), "An older note", now=NOON)
    pcii = next(regime for regime in reads.list_regimes(person()) if regime.regime == "pcii")
    assert (pcii.status, pcii.as_of, pcii.source) == (RegimeStatus.LAPSED, date(2026, 11, 10), "The register")
    assert pcii.set_by == "P-root"
    assert all(regime.claim == NO_CLAIM and regime.as_of for regime in reads.list_regimes(person()))
    assert "does not claim" in NO_CLAIM


def test_only_administrators_enter_a_status_and_only_one_that_is_known():
    with pytest.raises(NotAllowed):
        verbs.set_regime_status(ADA, "pcii", RegimeStatus.IN_FORCE, date(2026, 11, 1), "I think so", now=NOON)
    with pytest.raises(UnknownRegime):
        verbs.set_regime_status(ROOT, "magna-carta", RegimeStatus.IN_FORCE, date(2026, 11, 1), "1215", now=NOON)
    with pytest.raises(Invalid):
        verbs.set_regime_status(ROOT, "pcii", RegimeStatus.IN_FORCE, date(2027, 1, 1), "Tomorrow", now=NOON)
