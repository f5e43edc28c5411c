# SPDX-License-Identifier: Apache-2.0
"""The same instance under the real policies: they let everybody do their part, and nobody another's."""

from __future__ import annotations

import pytest

from tests.worlds.identity import DAY
from weir.foundation.actor import ANONYMOUS, SYSTEM
from weir.foundation.identity import reads, verbs
from weir.foundation.identity.terms import DutyKind, OrganizationId, OrganizationKind, Role
from weir.foundation.policy.reads import ask
from weir.foundation.verb import BOUND
from weir.kernel.errors import Missing, Refused
from weir.kernel.moments import Moment

pytestmark = pytest.mark.both_databases


@pytest.fixture
def house(world, monkeypatch):
    monkeypatch.setattr(BOUND, "ask", ask)
    return world


def test_everybody_can_do_their_part(house):
    olive = house.open()
    ada = house.organization(olive, OrganizationKind.FINDER, "finders.example")
    ben = house.join(ada, "ben@finders.example", ada.organization, Role.FINDER)
    cleo = house.join(olive, "cleo@operator.example", olive.organization, Role.ADMINISTRATOR)
    end = Moment.of(house.now + DAY)
    agent = verbs.register_agent(ben, "Bot", ("identity.terms",), 5, end, now=house.now)
    secret = verbs.rotate_agent(ben, agent.id, now=house.now).secret
    assert reads.terms(house.bearer(secret).actor) == reads.terms(ANONYMOUS)
    verbs.keep_duty(olive, ben.id, DutyKind.EMBARGO, end, now=house.now)
    verbs.confirm_hold(cleo, verbs.place_hold(olive, ada.id, now=house.now).id, now=house.now)
    assert len(reads.list_members(ada)) == 2
    assert reads.export_mine(ben).profile.id == ben.id
    verbs.leave(ben, now=house.now)
    verbs.withdraw_organization(ada, OrganizationId(ada.organization), now=house.now)
    verbs.repeat_endings(SYSTEM, (), now=house.now)
    verbs.sweep_ended(SYSTEM, now=house.now)


def test_staff_without_a_second_factor_can_leave_and_nothing_of_weight(house):
    house.open()
    plain = house.actor("olive@operator.example", second_factor=False)
    for act in (
        lambda: house.token(plain),
        lambda: verbs.invite(plain, "x@x.example", OrganizationId(plain.organization), now=house.now),
        lambda: reads.list_members(plain),
        lambda: reads.who_is(plain, plain.id),
    ):
        with pytest.raises((Refused, Missing)):
            act()
    assert reads.myself(plain).id == plain.id
    verbs.leave(plain, now=house.now)


def test_an_agent_stays_within_its_scopes(house):
    olive = house.open()
    bearer = house.bearer(house.token(olive, "identity.terms").secret).actor
    assert reads.terms(bearer).digest
    for act in (lambda: reads.myself(bearer), lambda: reads.list_organizations(bearer)):
        with pytest.raises((Refused, Missing)):
            act()
