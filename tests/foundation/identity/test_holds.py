# SPDX-License-Identifier: Apache-2.0
"""Nothing is erased while two people hold it back, by whatever way; with the real policy, ledger and store."""

from __future__ import annotations

import json

import pytest

from tests.worlds.identity import DAY, World
from weir.foundation.actor import SYSTEM
from weir.foundation.identity import reads, verbs
from weir.foundation.identity.terms import AgentId, NoSuchNumber, OrganizationId, OrganizationKind, PersonId, Role
from weir.foundation.ledger.models import EntryRow
from weir.foundation.policy.terms import NotAllowed
from weir.foundation.policy.verbs import confirm_act, propose_act
from weir.foundation.store.models import CompartmentRow, PendingDestructionRow
from weir.foundation.store.reads import forget, key_store
from weir.foundation.store.terms import Erased
from weir.foundation.store.verbs import finish_destructions
from weir.foundation.verb import BOUND, VERBS, HeldBack
from weir.kernel.moments import Moment

pytestmark = pytest.mark.both_databases
CASE, ENTRIES = "store.erase_compartment", "ledger.erase_entries"


class Scene:
    """Two administrators, a finder in an organization of their own, and a report that the finder's agent sent."""

    def __init__(self, house):
        self.house, self.world = house, World(now=house.now)
        self.olive = self.world.open()
        self.cleo = self.world.join(self.olive, "cleo@operator.example", self.olive.organization, Role.ADMINISTRATOR)
        self.ben = self.world.organization(self.olive, OrganizationKind.FINDER, "finders.example")
        agent = verbs.register_agent(
            self.ben, "Bot", ("intake.receive_report",), 5, Moment.of(self.now + DAY), now=self.now
        )
        self.agent = self.world.bearer(verbs.rotate_agent(self.ben, agent.id, now=self.now).secret).actor
        self.case = house.report(actor=self.agent).outcome.id

    @property
    def now(self):
        return self.world.now

    def hold(self, about):
        hold = verbs.place_hold(self.olive, about, now=self.now)
        return verbs.confirm_hold(self.cleo, hold.id, now=self.now)

    def erase(self, act=CASE):
        """As two administrators do it: proposed, confirmed, done."""
        asked = {"reason": "a request under the law"} | {"compartment" if act == CASE else "about": self.case}
        on = self.case if act == CASE else ""
        proposed = propose_act(self.olive, act, "asked for", on, json.dumps(asked), now=self.now)
        confirm_act(self.cleo, proposed.id, now=self.now)
        VERBS[act](self.olive, **asked, now=self.now)

    def key(self):
        return CompartmentRow.objects.get(name=self.case).id


@pytest.fixture
def scene(open_house):
    return Scene(open_house)


HELD = {
    "the case": lambda scene: scene.case,
    "the program that sent it": lambda scene: scene.ben.id,
    "their organization": lambda scene: scene.ben.organization,
}


@pytest.mark.parametrize("act", [CASE, ENTRIES])
@pytest.mark.parametrize("about", HELD)
def test_what_is_held_back_is_erased_only_once_the_hold_has_ended(scene, about, act):
    hold = scene.hold(HELD[about](scene))
    with pytest.raises(HeldBack):
        scene.erase(act)
    assert EntryRow.objects.filter(about=scene.case, body=b"").count() == 0
    assert len(key_store().open_key(scene.key())) == 32
    verbs.lift_hold(scene.cleo, hold.id, now=scene.now)
    scene.erase(act)


def let_go(scene):
    verbs.end_membership(scene.olive, PersonId(scene.ben.id), OrganizationId(scene.ben.organization), now=scene.now)


def leave(scene):
    verbs.leave(scene.ben, now=scene.now)


@pytest.mark.parametrize("go", [let_go, leave])
def test_a_hold_on_an_organization_covers_cases_of_whoever_left_it_before(scene, go):
    go(scene)
    hold = scene.hold(scene.ben.organization)
    with pytest.raises(HeldBack):
        scene.erase()
    verbs.lift_hold(scene.cleo, hold.id, now=scene.now)
    scene.erase()


def test_a_hold_on_somebody_who_then_leaves_covers_what_their_programs_did(scene):
    """Programs go with their owner, and the hold does not."""
    scene.hold(scene.ben.id)
    leave(scene)
    with pytest.raises(HeldBack):
        scene.erase()


def test_a_hold_on_an_organization_covers_what_a_program_did_that_was_revoked(scene):
    verbs.revoke_agent(scene.ben, AgentId(scene.agent.id), now=scene.now)
    scene.hold(scene.ben.organization)
    with pytest.raises(HeldBack):
        scene.erase()


def test_a_hold_of_one_person_and_a_hold_on_somebody_else_hold_nothing_back(scene):
    verbs.place_hold(scene.olive, scene.case, now=scene.now)
    eve = scene.world.organization(scene.olive, OrganizationKind.FINDER, "others.example")
    scene.hold(eve.id)
    scene.erase()


def test_who_may_not_know_of_holds_is_not_told_of_one(scene):
    scene.hold(scene.case)
    without_factor = scene.world.actor("olive@operator.example", second_factor=False)
    for actor in (scene.ben, scene.agent, without_factor):
        with pytest.raises(NotAllowed) as no:
            reads.hold_back(actor, scene.case)
        assert no.value.sentence == NotAllowed().sentence
    for actor in (scene.olive, scene.cleo, SYSTEM):
        with pytest.raises(HeldBack):
            reads.hold_back(actor, scene.case)


def test_where_nobody_is_bound_who_knows_of_holds_nothing_is_erased(scene, monkeypatch):
    monkeypatch.setattr(BOUND, "hold_back", None)
    for act in (CASE, ENTRIES):
        with pytest.raises(RuntimeError, match="legal holds"):
            scene.erase(act)
    assert not PendingDestructionRow.objects.exists()
    assert not EntryRow.objects.filter(about=scene.case, body=b"").exists()


def test_a_key_that_waits_to_be_destroyed_waits_for_the_hold_too(scene):
    """The key store was away when the case was erased, and somebody held it back before it came again."""
    hold = scene.hold(scene.case)
    CompartmentRow.objects.filter(name=scene.case).update(erased_at=scene.now)
    PendingDestructionRow.objects.create(compartment_id=scene.key(), due_at=scene.now)
    assert finish_destructions(scene.now) == 0
    assert len(key_store().open_key(scene.key())) == 32
    verbs.lift_hold(scene.cleo, hold.id, now=scene.now)
    assert finish_destructions(scene.now) == 1
    with pytest.raises(Erased):
        key_store().open_key(scene.key())


def test_a_hold_is_on_a_case_that_is_there(scene):
    scene.erase()
    forget()
    with pytest.raises(NoSuchNumber):
        verbs.place_hold(scene.olive, scene.case, now=scene.now)
