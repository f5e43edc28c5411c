# SPDX-License-Identifier: Apache-2.0
"""What had ended does not come back with an older backup, and what came back by right does not end again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.worlds.identity import DAY, World
from tests.worlds.restored import KeptHouse, elsewhere
from tests.worlds.workers import until
from weir.foundation.actor import SYSTEM
from weir.foundation.identity import reads, verbs
from weir.foundation.identity.terms import EndedSince, Narrowed, OrganizationId, PersonId, Role
from weir.kernel.moments import Moment
from weir.shell.keeping.backup import backup
from weir.shell.keeping.endings import ENDINGS, Endings

pytestmark = pytest.mark.both_databases
STANDS = """
import json
from weir.foundation.identity.models import AgentRow, HoldRow, MembershipRow, PersonRow, TokenRow
print(json.dumps({
    "roles": {row.person.number: sorted(row.roles) for row in MembershipRow.objects.select_related("person")},
    "tokens": sorted(TokenRow.objects.values_list("number", flat=True)),
    "agents": sorted(AgentRow.objects.values_list("number", flat=True)),
    "people": sorted(PersonRow.objects.values_list("number", flat=True)),
    "holds": sorted(HoldRow.objects.exclude(confirmed_by="").values_list("about", flat=True)),
}))
"""
# In the process that a restored instance would run: the roles are widened again, an agent gets a token, both by right.
GRANT_AGAIN = """
from weir.foundation.identity import accounts, verbs
from weir.foundation.identity.models import PersonRow
from weir.foundation.identity.terms import OrganizationId, PersonId, Role
from weir.shell.clock import now
from weir.shell.keeping.backup import backup
from weir.shell.keeping.endings import Endings
from django.conf import settings
from pathlib import Path

def acts(number):
    return accounts.actor_of_session(PersonRow.objects.get(number=number), "", second_factor=True, now=now())

roles = tuple(Role(word) for word in {roles!r})
olive = acts({olive!r})
verbs.change_roles(olive, PersonId({ben!r}), OrganizationId(olive.organization), roles, now=now())
print(verbs.rotate_agent(acts({ben!r}), {agent!r}, now=now()).id)
backup(Path({file!r}), now())
journal = Endings(settings.KEYS)
before = len(journal.read())
while len(journal.read()) < before + 2:
    journal.follow(now())
"""


@pytest.fixture
def house(transactional_db):
    house = KeptHouse()
    yield house
    house.close()


class Scene:
    """An operator, Ben who does much, Ada who goes; an agent of Ben's with two tokens."""

    def __init__(self, house, folder: Path):
        self.house, self.folder, self.world = house, folder, World(now=house.now)
        self.olive = self.world.open()
        self.home = OrganizationId(self.olive.organization)
        self.ben = self.join("ben", Role.COORDINATOR, Role.ADMINISTRATOR)
        self.ada = self.join("ada", Role.COORDINATOR)
        end = Moment.of(house.now + DAY)
        self.agent = verbs.register_agent(self.ben, "Bot", ("identity.terms",), 5, end, now=house.now).id
        self.first = verbs.rotate_agent(self.ben, self.agent, now=house.now).id
        self.own = self.world.token(self.ben).id

    def join(self, name, *roles):
        return self.world.join(self.olive, f"{name}@operator.example", self.home, *roles)

    def come_back(self, name, *roles):
        email, terms = f"{name}@operator.example", reads.terms_in_force().digest
        verbs.invite(self.olive, email, self.home, roles, now=self.house.now)
        verbs.accept_invitation(self.world.actor(email), self.world.link_to(email), terms, now=self.house.now)

    def change(self, *roles):
        verbs.change_roles(self.olive, PersonId(self.ben.id), self.home, roles, now=self.house.now)

    def back_up(self, name="b.tar") -> str:
        backup(self.folder / name, self.house.now)
        return str(self.folder / name)

    def keep(self) -> None:
        """As the worker does, up to the newest ending."""
        wanted = sum(kind in ENDINGS for kind in self.house.kinds())
        journal = Endings(self.house.keys)
        until(lambda: journal.follow(self.house.now) >= 0 and len(journal.read()) >= wanted)


@pytest.fixture
def scene(house, tmp_path):
    return Scene(house, tmp_path)


def restored(scene, file):
    """What stands in another instance that was made from this backup and today's keys."""
    with elsewhere(scene.folder, scene.house.keys) as place:
        assert place.answer("restore", file)["faults"] == []
        return json.loads(place.asked(STANDS))


def test_memberships_roles_and_rotated_agents_do_not_come_back(scene):
    file = scene.back_up()
    verbs.end_membership(scene.olive, PersonId(scene.ada.id), scene.home, now=scene.house.now)
    scene.change(Role.COORDINATOR)
    verbs.rotate_agent(scene.ben, scene.agent, now=scene.house.now)
    scene.keep()
    stands = restored(scene, file)
    assert stands["roles"] == {scene.olive.id: sorted(scene.olive.roles), scene.ben.id: ["coordinator"]}
    # Ada is let go, not gone; Ben's own token is nobody's business; the agent is there and needs a new token.
    assert scene.ada.id in stands["people"]
    assert (stands["tokens"], stands["agents"]) == ([scene.own], [scene.agent])


def test_of_roles_that_were_said_several_times_the_last_counts_and_none_is_gained(scene):
    file = scene.back_up()
    scene.change(Role.MEMBER)
    scene.change(Role.ADMINISTRATOR, Role.INSPECTOR)
    scene.keep()
    assert restored(scene, file)["roles"][scene.ben.id] == ["administrator"]


def test_roles_that_have_nothing_in_common_leave_a_plain_member(scene):
    scene.change(Role.MEMBER)
    narrowed = (Narrowed(scene.ben.id, scene.home, ("inspector",)),)
    for _ in range(2):
        verbs.repeat_endings(SYSTEM, (), EndedSince(narrowed=narrowed), now=scene.house.now)
        assert scene.world.actor("ben@operator.example").roles == {"member"}


def test_what_had_come_back_before_the_backup_stays(scene):
    scene.change(Role.MEMBER)
    verbs.end_membership(scene.olive, PersonId(scene.ada.id), scene.home, now=scene.house.now)
    second = verbs.rotate_agent(scene.ben, scene.agent, now=scene.house.now).id
    scene.change(Role.COORDINATOR, Role.ADMINISTRATOR)
    scene.come_back("ada", Role.COORDINATOR)
    scene.keep()
    scene.house.tick()
    stands = restored(scene, scene.back_up())
    assert stands["roles"][scene.ben.id] == ["administrator", "coordinator"]
    assert stands["roles"][scene.ada.id] == ["coordinator"]
    assert stands["tokens"] == sorted([scene.own, second])


def test_what_was_granted_again_after_a_restore_survives_the_next_one(scene):
    """The journal still tells what the first restore left behind; it was repeated then, and is not a second time."""
    old = scene.back_up()
    scene.change(Role.MEMBER)
    verbs.rotate_agent(scene.ben, scene.agent, now=scene.house.now)
    scene.keep()
    newer = str(scene.folder / "newer.tar")
    with elsewhere(scene.folder, scene.house.keys) as place:
        place.answer("restore", old)
        names = {"olive": scene.olive.id, "ben": scene.ben.id, "agent": str(scene.agent), "file": newer}
        token = place.asked(GRANT_AGAIN.format(roles=["coordinator"], **names))
    stands = restored(scene, newer)
    assert stands["roles"][scene.ben.id] == ["coordinator"]
    assert stands["tokens"] == sorted([scene.own, token])


def test_a_hold_comes_back_before_anybody_is_erased_and_a_lifted_one_does_not(scene):
    lifted = verbs.place_hold(scene.olive, scene.ada.id, now=scene.house.now)
    verbs.confirm_hold(scene.ben, lifted.id, now=scene.house.now)
    file = scene.back_up()
    verbs.lift_hold(scene.ben, lifted.id, now=scene.house.now)
    cleo = scene.join("cleo", Role.ADMINISTRATOR)
    hold = verbs.place_hold(scene.olive, scene.ben.id, now=scene.house.now)
    verbs.confirm_hold(cleo, hold.id, now=scene.house.now)
    for person in (scene.ada, scene.ben):
        verbs.leave(person, now=scene.house.now)
    scene.keep()
    stands = restored(scene, file)
    assert stands["holds"] == [scene.ben.id]
    assert stands["people"] == sorted([scene.olive.id, scene.ben.id])
    assert stands["roles"].keys() == {scene.olive.id}


def test_the_journal_names_numbers_and_roles_only(scene):
    verbs.end_membership(scene.olive, PersonId(scene.ada.id), scene.home, now=scene.house.now)
    scene.change(Role.COORDINATOR)
    scene.keep()
    said = (scene.house.keys / "endings.journal").read_text().lower()
    assert scene.ada.id.lower() in said
    assert [name for name in ("ada@", "ben@", " ada", " ben", "operator.example", "bot") if name in said] == []
